import type { BinaryNode, Resolved, TraceAggregate, TraceQuantifier } from '../../../tree/resolved.js';
import { someNode } from '../../../tree/walk.js';
import type { Findings } from '../../scope/scope.js';
import { MIRRORED } from '../implied/ordered-as-count.js';

/**
 * `trace.count(c) > trace.distinct(attribute.id)` means that two spans share a value, but also holds if a span has none. It is exact if the condition
 * requires the attribute.
 */
export function countOfDistinct({ left, right, operator, syntax }: BinaryNode, findings: Findings): void {
  const isMirrored = isDistinct(left);
  const [count, distinct] = isMirrored ? [right, left] : [left, right];
  const read = isMirrored ? MIRRORED[operator] : operator;
  if ((read !== '>' && read !== '~=') || !isCountOfSpans(count) || !isDistinct(distinct)) return;
  const { field } = distinct;
  if (field.type !== 'attribute' || count.over !== undefined || distinct.over !== undefined) return;
  if (someNode(count.condition, (node) => (node.type === 'attribute' || node.type === 'has-attribute') && node.key === field.key)) return;
  const [condition] = argumentsOf(count);
  const [value] = argumentsOf(distinct);
  const text = condition === undefined || value === undefined ? undefined : sharedValue(condition, value, findings);
  const fix = text === undefined ? undefined : { range: syntax.range, text };
  findings.report('BT_DSL_COUNT_OF_DISTINCT', syntax.range, { key: field.key }, { suggestion: text, fix });
}

type Argument = Extract<Resolved['syntax'], { type: 'call' }>['args'][number];

function sharedValue(condition: Argument, value: Argument, { source }: Findings): string | undefined {
  return condition.type === 'named-condition'
    ? undefined
    : `trace.max_count(${source.slice(value.range)}, ${source.slice(condition.range)}) > 1`;
}

function argumentsOf({ syntax }: Resolved): readonly Argument[] {
  return syntax.type === 'call' ? syntax.args : [];
}

function isCountOfSpans(node: Resolved): node is TraceQuantifier {
  return node.type === 'trace-quantifier' && node.quantifier === 'count';
}

function isDistinct(node: Resolved): node is TraceAggregate {
  return node.type === 'trace-aggregate' && node.aggregate === 'distinct';
}
