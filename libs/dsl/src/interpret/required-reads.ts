import type { Resolved, SpanSource } from '../tree/resolved.js';
import { operandsOf, partsOf, someNode, spanOf } from '../tree/walk.js';

/** Known properties of nodes, cached: they are read at every level of a chain of hundreds of operands. */
const spanConditions = new WeakMap<Resolved, boolean>();

/** Reads one span (the subject, or the one bound by the outermost trace function) and constants. */
export function isSpanCondition(node: Resolved): boolean {
  const existing = spanConditions.get(node);
  if (existing !== undefined) return existing;
  const is = !readsTrace(node) && node.type !== 'span-table' && partsOf(node).every(isSpanCondition);
  spanConditions.set(node, is);
  return is;
}

/** Reads several spans, or their relations. */
function asksSpans(node: Resolved): boolean {
  switch (node.type) {
    case 'trace-quantifier':
    case 'trace-pair':
    case 'trace-aggregate':
    case 'trace-depth':
    case 'span-order':
      return true;
    default:
      return false;
  }
}

/** Reads something of the trace, or of a span other than the tested one. Its id is the same for each of its spans. */
function readsTrace(node: Resolved): boolean {
  if (asksSpans(node) || node.type === 'trace-services') return true;
  if (node.type === 'trace-field') return node.field !== 'id';
  const span = spanOf(node);
  return span !== undefined && !isThis(span);
}

function isThis(span: SpanSource): boolean {
  return span.type === 'subject' || (span.type === 'bound' && span.depth === 1);
}

/** Needs more of a span than projected columns: attribute maps, events, links. */
export function readsWholeSpans(node: Resolved): boolean {
  return someNode(node, (part) => part.type === 'span-table');
}

/** What bits and counters can decide: `has`, `count`, `all` over span conditions, the trace's totals and id, and constants, in any expression. */
export function isTotal(node: Resolved): boolean {
  if (node.type === 'trace-quantifier') return node.over === undefined && isSpanCondition(node.condition);
  if (asksSpans(node) || node.type === 'trace-services' || node.type === 'span-table' || spanOf(node) !== undefined) return false;
  return partsOf(node).every(isTotal);
}

/**
 * The leaves of a rule's boolean skeleton (`and`, `or`, `not` where only truth matters). Each reads one span, or the trace's totals, or both (then bits
 * cannot decide it).
 */
export function skeletonLeaves(node: Resolved): readonly Resolved[] {
  if (node.type === 'logical') return operandsOf(node, node.operator).flatMap(skeletonLeaves);
  if (node.type === 'unary' && node.operator === 'not') return skeletonLeaves(node.operand);
  return [node];
}
