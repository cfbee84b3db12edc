import type { BinaryNode, Field, Resolved, SpanSource } from '../../../tree/resolved.js';
import type { Findings } from '../../scope/scope.js';
import { isSameSpan } from '../implied/same-sides.js';

const ORDERS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);

/**
 * `span.start_time - span.end_time >= 5ms`, both of one span, is its negated duration, so that it holds for every span or for none. The rule should
 * name a second span, or swap the times. `span.end_time < span.start_time` alone is allowed: it finds negative durations.
 */
export function timesOfOneSpan({ operator, left, right, syntax }: BinaryNode, findings: Findings): void {
  if (!ORDERS.has(operator)) return;
  const sum: Sum = { durations: 0, start: 0, end: 0, constant: 0n, span: undefined };
  if (!add(left, 1, sum) || !add(right, -1, sum)) return;
  const isOfOne = sum.span !== undefined && sum.durations > 0 && sum.start === 0 && sum.end === 0;
  if (!isOfOne && (sum.start * sum.end !== -1 || (left.type === 'field' && right.type === 'field'))) return;
  const outcome = isOfOne ? ofNothing(operator, sum.constant) : onDurations(operator, sum.end, sum.constant);
  if (outcome === undefined) return;
  const which = outcome ? 'every span' : 'no span';
  findings.report('BT_DSL_BACKWARDS', syntax.range, { which }, { expected: 'the time of another span, or span.duration' });
}

/** The result of `factor × duration + constant` compared with 0, if it is the same for all durations ≥ 0; otherwise undefined. */
function onDurations(operator: string, factor: number, constant: bigint): boolean | undefined {
  const isGreater = operator === '>' || operator === '>=';
  // At constant 0 the duration 0 decides: only these operators have the same result for all others.
  if (constant === 0n) {
    const [never, always] = factor > 0 ? ['<', '>='] : ['>', '<='];
    return operator === never ? false : operator === always ? true : undefined;
  }
  const isPositive = constant > 0n;
  // Constant only if it grows from a positive number, or falls from a negative one.
  if (factor > 0 !== isPositive) return undefined;
  return isGreater === isPositive;
}

/** `span.end_time - span.start_time > span.duration`: the difference cancels out to a constant, compared with 0. */
function ofNothing(operator: string, constant: bigint): boolean {
  if (operator === '<') return constant < 0n;
  if (operator === '<=') return constant <= 0n;
  return operator === '>' ? constant > 0n : constant >= 0n;
}

interface Sum {
  /** The number of times that it reads the duration, which is the end minus the start. */
  durations: number;
  start: number;
  end: number;
  constant: bigint;
  span: SpanSource | undefined;
}

/** False unless it is a sum of one span's times and whole numbers. */
function add(node: Resolved, sign: 1 | -1, sum: Sum): boolean {
  const opposite = sign === 1 ? -1 : 1;
  if (node.type === 'literal') return addConstant(node.value, sign, sum);
  if (node.type === 'unary') return node.operator === '-' && add(node.operand, opposite, sum);
  if (node.type === 'binary') {
    if (node.operator !== '+' && node.operator !== '-') return false;
    return add(node.left, sign, sum) && add(node.right, node.operator === '+' ? sign : opposite, sum);
  }
  return node.type === 'field' && addTime(node, sign, sum);
}

function addConstant(value: unknown, sign: 1 | -1, sum: Sum): boolean {
  if (typeof value !== 'bigint' && !(typeof value === 'number' && Number.isInteger(value))) return false;
  sum.constant += BigInt(sign) * BigInt(value);
  return true;
}

function addTime({ field, span }: Field, sign: 1 | -1, sum: Sum): boolean {
  if ((field !== 'start_time' && field !== 'end_time' && field !== 'duration') || (sum.span !== undefined && !isSameSpan(sum.span, span)))
    return false;
  sum.span = span;
  if (field === 'duration') {
    sum.durations++;
    sum.start -= sign;
    sum.end += sign;
  } else if (field === 'start_time') sum.start += sign;
  else sum.end += sign;
  return true;
}
