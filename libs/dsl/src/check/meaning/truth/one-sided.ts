import type { BinaryNode, Field, Resolved, SpanSource } from '../../../tree/resolved.js';
import { someNode } from '../../../tree/walk.js';
import type { Findings } from '../../scope/scope.js';
import { flatOperands } from '../implied/flat-operands.js';
import { isSameSpan } from '../implied/same-sides.js';
import type { ConditionRole } from './constant-condition.js';

/** `b.start_time - a.end_time < 5s` also holds for a b long before a. Silent if the same chain orders the two. */
export function oneSided(node: Resolved, place: ConditionRole, findings: Findings): void {
  if (node.type !== 'binary') return;
  const { operator } = node;
  const isBelow = operator === '<' || operator === '<=';
  if (!isBelow && operator !== '>' && operator !== '>=') return;
  const [gap, limit] = isBelow ? [node.left, node.right] : [node.right, node.left];
  if (gap.type !== 'binary' || gap.operator !== '-' || !isTime(gap.left) || !isTime(gap.right)) return;
  if (limit.type !== 'literal' || typeof limit.value !== 'number' || limit.value <= 0) return;
  const later = gap.left;
  const earlier = gap.right;
  if (isSameSpan(later.span, earlier.span)) return;
  const others = place.kind === 'operand' && place.chain.operator === 'and' ? flatOperands(place.chain) : [];
  if (others.some((other) => other !== node && ordersBoth(other, later.span, earlier.span))) return;
  const [first, second] = [earlier, later].map(({ syntax }) => findings.source.slice(syntax.range)) as [string, string];
  const { range } = node.syntax;
  const text = `${first} <= ${second} and ${findings.source.slice(range)}`;
  findings.report('BT_DSL_ONE_SIDED', range, { first, second }, { suggestion: `${first} <= ${second} and …`, fix: { range, text } });
}

function isTime(node: Resolved): node is Field {
  return node.type === 'field' && (node.field === 'start_time' || node.field === 'end_time');
}

/** Whether it compares times of the two spans, in either direction. */
function ordersBoth(node: Resolved, a: SpanSource, b: SpanSource): boolean {
  return someNode(node, (part) => {
    if (part.type === 'span-order') return isPair(part.first, part.second, a, b);
    return part.type === 'binary' && ORDERS.has(part.operator) && readsTime(part, a) && readsTime(part, b);
  });
}

const ORDERS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);

function isPair(first: SpanSource, second: SpanSource, a: SpanSource, b: SpanSource): boolean {
  return (isSameSpan(first, a) && isSameSpan(second, b)) || (isSameSpan(first, b) && isSameSpan(second, a));
}

function readsTime(node: BinaryNode, span: SpanSource): boolean {
  return someNode(node, (part) => isTime(part) && isSameSpan(part.span, span));
}
