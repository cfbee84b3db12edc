import type { BinaryNode, Field, Resolved } from '../../../tree/resolved.js';
import type { Findings } from '../../scope/scope.js';
import { isSameSpan } from '../implied/same-sides.js';

/** `a.end_time < b.start_time` is false where b starts as a ends, which is common with clocks of milliseconds. `a.before(b)` includes it. */
export function strictOrder({ left, right, operator, syntax }: BinaryNode, findings: Findings): void {
  if (operator !== '<' && operator !== '>') return;
  const [first, second] = operator === '<' ? [left, right] : [right, left];
  if (!isField(first, 'end_time') || !isField(second, 'start_time') || isSameSpan(first.span, second.span)) return;
  const [a, b] = [first, second].map((field) => spanText(field, findings));
  const text = a === undefined || b === undefined ? undefined : `${a}.before(${b})`;
  findings.report(
    'BT_DSL_STRICT_ORDER',
    syntax.range,
    {},
    { suggestion: text, fix: text === undefined ? undefined : { range: syntax.range, text } },
  );
}

function isField(node: Resolved, name: Field['field']): node is Field {
  return node.type === 'field' && node.field === name;
}

function spanText({ syntax }: Field, { source }: Findings): string | undefined {
  return syntax.type === 'member' ? source.slice(syntax.object.range) : undefined;
}
