import type { BinaryNode, FieldName, Resolved, TraceAggregate } from '../../../tree/resolved.js';
import { shortText } from '../../../tree/short-text.js';
import { MIRRORED } from '../said/ordered-as-count.js';
import type { KnownComparison } from './count-limits.js';

/**
 * `trace.root.start_time > trace.max(span.start_time)`, `span.duration > trace.duration`: no value of one span exceeds what is the largest of
 * all, nor is one less than the smallest. A difference of two such is never above 0.
 */
export function comparedWithLimits(node: BinaryNode): KnownComparison | undefined {
  const mirrored = MIRRORED[node.operator];
  if (mirrored === undefined || !(mayBeLimit(node.left) || mayBeLimit(node.right))) return undefined;
  return ofTwo(node.left, node.right, node.operator) ?? ofTwo(node.right, node.left, mirrored);
}

/** Nearly all comparisons have none. */
function mayBeLimit(node: Resolved): boolean {
  return node.type === 'trace-aggregate' || node.type === 'trace-field' || node.type === 'binary';
}

function ofTwo(left: Resolved, right: Resolved, operator: string): KnownComparison | undefined {
  const difference = right.type === 'literal' && isNumber(right.value) ? withoutSign(left) : undefined;
  if (difference !== undefined && right.type === 'literal') {
    const limit = Number(right.value);
    const isNever = operator === '>' ? limit >= 0 : operator === '>=' || operator === '==' ? limit > 0 : false;
    return isNever ? never(difference.left, difference.right) : undefined;
  }
  return operator === '>' ? never(left, right) : undefined;
}

function never(left: Resolved, right: Resolved): KnownComparison | undefined {
  const isMeanOfBoth = isMean(left, right, 'max') || isMean(right, left, 'min');
  const isSure = isAtMost(left, right);
  if (!isMeanOfBoth && !isSure && !isEarlier(left, right)) return undefined;
  const reason = `${shortText(left.syntax)} is never more than ${shortText(right.syntax)}`;
  if (isMeanOfBoth) return { value: false, reason: `${reason}, but for rounding and sums beyond 64 bits`, isMeant: true };
  return isSure ? { value: false, reason } : { value: false, reason: `${reason}, unless clocks run backwards`, isMeant: true };
}

/** The mean of what the other one is the largest (smallest) of. */
function isMean(mean: Resolved, limit: Resolved, aggregate: 'min' | 'max'): boolean {
  if (mean.type !== 'trace-aggregate' || mean.aggregate !== 'avg' || !isOfAll(limit, aggregate)) return false;
  const of = readingOf(limit.field);
  return of !== undefined && readingOf(mean.field) === of;
}

/** The first start is no later than any end, and the last end no earlier than any start. */
function isEarlier(low: Resolved, high: Resolved): boolean {
  if (isOfAll(low, 'min')) return fieldOf(low) === 'start_time' && fieldOf(high) === 'end_time';
  return isOfAll(high, 'max') && fieldOf(high) === 'end_time' && fieldOf(low) === 'start_time';
}

function withoutSign(node: Resolved): BinaryNode | undefined {
  return node.type === 'binary' && node.operator === '-' ? node : undefined;
}

/** Whatever spans a trace has, and whatever their clocks say: the one is at most the other, or they can't be compared. */
function isAtMost(low: Resolved, high: Resolved): boolean {
  if (high.type === 'trace-field') {
    if (high.field === 'duration') return fieldOf(low) === 'duration';
    return high.field === 'span_count' && low.type === 'trace-aggregate' && (low.aggregate === 'distinct' || low.aggregate === 'max_count');
  }
  // What a function over the relatives of a span says is one of the values of the trace.
  if (isOfAll(high, 'max')) return isValueOf(low, high);
  return isOfAll(low, 'min') && isValueOf(high, low);
}

/** It is asked of every span, for what it reads of that. */
function isOfAll(node: Resolved, aggregate: 'min' | 'max'): node is TraceAggregate {
  if (node.type !== 'trace-aggregate' || node.aggregate !== aggregate || node.condition !== undefined || node.over !== undefined)
    return false;
  const { field, depth } = node;
  return (field.type === 'field' || field.type === 'attribute') && field.span.type === 'bound' && field.span.depth === depth;
}

/** The value of a span, or the least or greatest of some, as the function over all spans reads it. */
function isValueOf(value: Resolved, all: TraceAggregate): boolean {
  const of = readingOf(all.field);
  if (of === undefined) return false;
  if (value.type !== 'trace-aggregate') return readingOf(value) === of;
  return (value.aggregate === 'min' || value.aggregate === 'max') && value !== all && readingOf(value.field) === of;
}

function fieldOf(node: Resolved): FieldName | undefined {
  if (node.type === 'field') return node.field;
  return node.type === 'trace-aggregate' && (node.aggregate === 'min' || node.aggregate === 'max') && node.field.type === 'field'
    ? node.field.field
    : undefined;
}

/** What is read of a span, of whichever. */
function readingOf(node: Resolved): string | undefined {
  if (node.type === 'field') return `field ${node.field}`;
  return node.type === 'attribute' ? `attribute ${node.key}` : undefined;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}
