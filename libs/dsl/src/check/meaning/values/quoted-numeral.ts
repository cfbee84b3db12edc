import { formatExpression } from '../../../tree/format-expression.js';
import type { BinaryNode, Resolved } from '../../../tree/resolved.js';
import { durationValue } from '../../../values/lua/duration.js';
import { parseNumeral } from '../../../values/lua/lua-number.js';
import { STRING } from '../../../values/types.js';
import type { Findings } from '../../scope/scope.js';

const ORDERS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);

/** `attribute.amount > "1000"`. */
export function quotedNumeral({ operator, left, right }: BinaryNode, findings: Findings): void {
  if (!ORDERS.has(operator)) return;
  reportQuoted(left, right, findings);
  reportQuoted(right, left, findings);
}

function reportQuoted(quoted: Resolved, other: Resolved, findings: Findings): void {
  if (quoted.type !== 'literal' || other.type === 'literal' || other.types === STRING) return;
  // The fix for a script variable's value goes where the variable is assigned.
  const syntax = quoted.declared ?? quoted.syntax;
  if (syntax.type !== 'string') return;
  const text = String(quoted.value).trim();
  if (parseNumeral(text) === undefined && durationValue(text) === undefined) return;
  const fix = { range: syntax.range, text };
  findings.report(
    'BT_DSL_NUMERAL_IN_STRING',
    syntax.range,
    { text: formatExpression(syntax) },
    { expected: 'a number', suggestion: text, fix },
  );
}
