import { formatExpression } from '../../../tree/format-expression.js';
import type { BinaryNode, Resolved } from '../../../tree/resolved.js';
import type { FieldName } from '../../../vocabulary/vocabulary.js';
import type { Findings } from '../../scope/scope.js';

/** Fields whose values never contain quotes; an attribute may hold JSON. */
const NAMES: ReadonlySet<FieldName> = new Set<FieldName>(['name', 'service', 'scope_name', 'scope_version']);
const QUOTED = /^(?:"([^"\\]+)"|'([^'\\]+)')$/;

/** `span.name == '"checkout"'`: the text includes the inner quotes. */
export function quotesInText({ operator, left, right }: BinaryNode, findings: Findings): void {
  if (operator !== '==' && operator !== '~=') return;
  const field = left.type === 'field' ? left : right;
  const text = field === left ? right : left;
  if (field.type !== 'field' || !NAMES.has(field.field)) return;
  const written = textOf(text);
  // Fast path: nearly all texts have no leading quote.
  if (written === undefined || !(written.startsWith('"') || written.startsWith("'"))) return;
  const found = QUOTED.exec(written);
  const inner = found?.[1] ?? found?.[2];
  if (inner === undefined) return;
  const meant = formatExpression({ type: 'string', value: inner, isText: true, range: text.syntax.range });
  const values = { text: formatExpression(text.syntax) };
  findings.report('BT_DSL_QUOTES_IN_TEXT', text.syntax.range, values, {
    suggestion: meant,
    fix: { range: text.syntax.range, text: meant },
  });
}

function textOf({ syntax }: Resolved): string | undefined {
  return syntax.type === 'string' && syntax.isText ? syntax.value : undefined;
}
