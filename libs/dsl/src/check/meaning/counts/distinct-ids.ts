import type { BinaryNode } from '../../../tree/resolved.js';
import type { Findings } from '../../scope/scope.js';
import { orderedAsCount } from '../implied/ordered-as-count.js';

/** The ids of messages and events, which occur once each. Ids of orders or tenants may rightly differ within a trace. */
const OF_EACH = /(?:^|[._])(?:message|event)[._]?id$/;

/** `trace.distinct(attribute.messaging.message.id) > 1` holds for any two messages. A duplicate shares its id. */
export function distinctIds(node: BinaryNode, findings: Findings): void {
  const counted = orderedAsCount(node);
  if (counted?.count.type !== 'trace-aggregate' || counted.count.aggregate !== 'distinct') return;
  const { count, operator, limit } = counted;
  if (!((operator === '>' && limit === 1) || (operator === '>=' && limit === 2))) return;
  if (count.field.type !== 'attribute' || !OF_EACH.test(count.field.key) || count.syntax.type !== 'call') return;
  const { callee } = count.syntax;
  if (callee.type !== 'member') return;
  const { source } = findings;
  const text = `${source.slice({ start: node.syntax.range.start, end: callee.nameRange.start })}max_count${source.slice({ start: callee.nameRange.end, end: node.syntax.range.end })}`;
  const fix = count === node.left ? { range: callee.nameRange, text: 'max_count' } : undefined;
  findings.report('BT_DSL_DISTINCT_IDS', node.syntax.range, { key: count.field.key }, { suggestion: text, fix });
}
