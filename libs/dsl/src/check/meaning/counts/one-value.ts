import { formatExpression } from '../../../tree/format-expression.js';
import type { BinaryNode } from '../../../tree/resolved.js';
import type { Findings } from '../../scope/scope.js';
import { orderedAsCount } from '../implied/ordered-as-count.js';

/**
 * `trace.max_count(attribute.order.id, c) >= 1` holds for one span with a value. Use `> 1` for shared values, and `trace.has` for the existence of
 * one.
 */
export function oneValue(node: BinaryNode, findings: Findings): void {
  const counted = orderedAsCount(node);
  if (counted === undefined || counted.count.type !== 'trace-aggregate') return;
  const { count, operator, limit } = counted;
  if (!((operator === '>' && limit === 0) || (operator === '>=' && limit === 1))) return;
  const { aggregate, field } = count as Extract<typeof count, { type: 'trace-aggregate' }>;
  const text = `${findings.source.slice(count.syntax.range)} > 1`;
  const what = aggregate === 'distinct' ? 'several values' : 'several spans with one value';
  const values = { field: formatExpression(field.syntax), what };
  findings.report('BT_DSL_ONE_VALUE', node.syntax.range, values, { suggestion: '> 1', fix: { range: node.syntax.range, text } });
}
