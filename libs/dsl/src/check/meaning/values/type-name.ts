import { formatExpression } from '../../../tree/format-expression.js';
import type { BinaryNode, Resolved } from '../../../tree/resolved.js';
import type { Findings } from '../../scope/scope.js';

/** The types that a script can test; functions included. */
const TYPES: ReadonlySet<string> = new Set(['nil', 'boolean', 'number', 'string', 'table', 'function']);
const ELSEWHERE: Readonly<Record<string, string>> = {
  int: 'number',
  int64: 'number',
  integer: 'number',
  float: 'number',
  double: 'number',
  bool: 'boolean',
  str: 'string',
  text: 'string',
  undefined: 'nil',
  null: 'nil',
  none: 'nil',
  object: 'table',
  array: 'table',
  list: 'table',
  map: 'table',
};

/** `type(attribute.x) == "int"`. */
export function typeName({ operator, left, right }: BinaryNode, findings: Findings): void {
  if (operator !== '==' && operator !== '~=') return;
  compared(left, right, findings);
  compared(right, left, findings);
}

function compared(call: Resolved, { syntax }: Resolved, findings: Findings): void {
  if (call.type !== 'library-call' || call.function !== 'type' || syntax.type !== 'string' || TYPES.has(syntax.value)) return;
  const word = syntax.value.toLowerCase();
  const meant = TYPES.has(word) ? word : Object.hasOwn(ELSEWHERE, word) ? ELSEWHERE[word] : undefined;
  const text = meant === undefined ? undefined : `"${meant}"`;
  const fix = text === undefined ? undefined : { range: syntax.range, text };
  const expected = '"nil", "boolean", "number", "string", "table"';
  findings.report('BT_DSL_TYPE_NAME', syntax.range, { value: formatExpression(syntax) }, { expected, suggestion: text, fix });
}
