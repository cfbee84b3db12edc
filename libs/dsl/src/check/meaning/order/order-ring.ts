import { factKey } from '../../../tree/facts.js';
import { formatExpression } from '../../../tree/format-expression.js';
import type { Resolved, SpanSource } from '../../../tree/resolved.js';
import type { Findings } from '../../scope/scope.js';
import type { ConditionResult } from '../implied/apart.js';
import { MIRRORED } from '../implied/ordered-as-count.js';

/** By a condition, one span ends before another begins. */
interface Order {
  readonly from: string;
  readonly to: string;
  readonly by: Resolved;
}

/** Finds cycles such as `a.before(b) and … b.before(a)`, also over further spans. `outer`: conditions that hold where `own` are evaluated. */
export function orderRing(own: readonly ConditionResult[], outer: readonly ConditionResult[], findings: Findings): boolean {
  // Fast path: nearly no condition orders spans.
  if (!own.some(({ node }) => mayOrder(node))) return false;
  const ownOrders = own.flatMap(orderOf);
  if (ownOrders.length === 0) return false;
  const orders = [...outer.flatMap(orderOf), ...ownOrders];
  for (const order of ownOrders) {
    const back = wayBack(order, orders);
    if (back === undefined) continue;
    const [first, second] = [order.by, back.by].toSorted((a, b) => a.syntax.range.start - b.syntax.range.start) as [Resolved, Resolved];
    const range = { start: first.syntax.range.start, end: second.syntax.range.end };
    findings.report('BT_DSL_ORDER_RING', range, { first: formatExpression(first.syntax), second: formatExpression(second.syntax) });
    return true;
  }
  return false;
}

/** The last order on a path from the later of two spans to the earlier one. */
function wayBack({ from, to }: Order, orders: readonly Order[]): Order | undefined {
  const reached = new Set([to]);
  for (const place of reached) {
    for (const order of orders) {
      if (order.from !== place) continue;
      if (order.to === from) return order;
      reached.add(order.to);
    }
  }
  return undefined;
}

function mayOrder(node: Resolved): boolean {
  if (node.type === 'unary') return mayOrder(node.operand);
  return node.type === 'span-order' || (node.type === 'binary' && node.left.type === 'field' && node.right.type === 'field');
}

function orderOf({ node, outcome }: ConditionResult): readonly Order[] {
  if (node.type === 'unary' && node.operator === 'not') return orderOf({ node: node.operand, outcome: !outcome });
  if (!outcome) return [];
  if (node.type === 'span-order') return orderBetween(node.first, node.second, node);
  if (node.type !== 'binary' || node.left.type !== 'field' || node.right.type !== 'field') return [];
  const isFirst = node.left.field === 'end_time' && node.right.field === 'start_time';
  const isLast = node.left.field === 'start_time' && node.right.field === 'end_time';
  const operator = isFirst ? node.operator : isLast ? MIRRORED[node.operator] : undefined;
  if (operator !== '<' && operator !== '<=') return [];
  return isFirst ? orderBetween(node.left.span, node.right.span, node) : orderBetween(node.right.span, node.left.span, node);
}

function orderBetween(first: SpanSource, second: SpanSource, by: Resolved): readonly Order[] {
  const from = factKey(first, 'attribute', '');
  const to = factKey(second, 'attribute', '');
  return from === undefined || to === undefined || from === to ? [] : [{ from, to, by }];
}
