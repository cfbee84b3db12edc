import { countsValues } from '../../../tree/aggregate-traits.js';
import type { BinaryNode, Resolved, TraceAggregate } from '../../../tree/resolved.js';
import { shortText } from '../../../tree/short-text.js';
import type { FieldName } from '../../../vocabulary/vocabulary.js';
import { MIRRORED } from '../implied/ordered-as-count.js';
import type { KnownComparison } from './count-limits.js';

/**
 * `trace.root.start_time > trace.max(span.start_time)`, `span.duration > trace.duration`: no span's value exceeds the maximum of all, or is below the
 * minimum. So the difference of such a pair is never above 0.
 */
export function comparedWithLimits(node: BinaryNode): KnownComparison | undefined {
  const mirrored = MIRRORED[node.operator];
  if (mirrored === undefined || !(mayBeLimit(node.left) || mayBeLimit(node.right))) return undefined;
  return ofTwo(node.left, node.right, node.operator) ?? ofTwo(node.right, node.left, mirrored);
}

/** Fast path: nearly all comparisons have neither side of these types. */
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
  if (isMeanOfBoth) return { value: false, reason: `${reason}, except for rounding and sums beyond 64 bits`, isMeant: true };
  return isSure ? { value: false, reason } : { value: false, reason: `${reason}, unless clocks run backwards`, isMeant: true };
}

/** Whether `mean` is the mean of the values of which `limit` is the extreme. */
function isMean(mean: Resolved, limit: Resolved, aggregate: 'min' | 'max'): boolean {
  if (mean.type !== 'trace-aggregate' || mean.aggregate !== 'avg' || !isOfAll(limit, aggregate)) return false;
  const reading = readingOf(limit.field);
  return reading !== undefined && readingOf(mean.field) === reading;
}

/** The first start is never after an end, and the last end never before a start. */
function isEarlier(low: Resolved, high: Resolved): boolean {
  if (isOfAll(low, 'min')) return fieldOf(low) === 'start_time' && fieldOf(high) === 'end_time';
  return isOfAll(high, 'max') && fieldOf(high) === 'end_time' && fieldOf(low) === 'start_time';
}

function withoutSign(node: Resolved): BinaryNode | undefined {
  return node.type === 'binary' && node.operator === '-' ? node : undefined;
}

/** Whether `low` is at most `high`, or not comparable, for any spans and clocks. */
function isAtMost(low: Resolved, high: Resolved): boolean {
  if (high.type === 'trace-field') {
    if (high.field === 'duration') return fieldOf(low) === 'duration';
    return high.field === 'span_count' && low.type === 'trace-aggregate' && countsValues(low.aggregate);
  }
  // The result of a function over a span's relatives is one of the trace's values.
  if (isOfAll(high, 'max')) return isValueOf(low, high);
  return isOfAll(low, 'min') && isValueOf(high, low);
}

/** Whether it reads a value of every span of the trace. */
function isOfAll(node: Resolved, aggregate: 'min' | 'max'): node is TraceAggregate {
  if (node.type !== 'trace-aggregate' || node.aggregate !== aggregate || node.condition !== undefined || node.over !== undefined)
    return false;
  const { field, depth } = node;
  return (field.type === 'field' || field.type === 'attribute') && field.span.type === 'bound' && field.span.depth === depth;
}

/** Whether `value` is that of a span, or the extreme of some spans, for the field of `all`. */
function isValueOf(value: Resolved, all: TraceAggregate): boolean {
  const reading = readingOf(all.field);
  if (reading === undefined) return false;
  if (value.type !== 'trace-aggregate') return readingOf(value) === reading;
  return (value.aggregate === 'min' || value.aggregate === 'max') && value !== all && readingOf(value.field) === reading;
}

function fieldOf(node: Resolved): FieldName | undefined {
  if (node.type === 'field') return node.field;
  return node.type === 'trace-aggregate' && (node.aggregate === 'min' || node.aggregate === 'max') && node.field.type === 'field'
    ? node.field.field
    : undefined;
}

/** The field or attribute that it reads, of whichever span. */
function readingOf(node: Resolved): string | undefined {
  if (node.type === 'field') return `field ${node.field}`;
  return node.type === 'attribute' ? `attribute ${node.key}` : undefined;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}
