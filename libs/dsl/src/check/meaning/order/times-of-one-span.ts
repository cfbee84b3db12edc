import type { BinaryNode, Field, Resolved, SpanSource } from '../../../tree/resolved.js';
import type { Findings } from '../../scope/context.js';
import { isSameSpan } from '../said/same-sides.js';

const ORDERS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);

/**
 * `span.start_time - span.end_time >= 5ms`, both of one span: its duration, which is hardly ever negative, so that the comparison holds
 * on every span or on none. It was meant of two spans, or the other way round. `span.end_time < span.start_time` asks for just that.
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

/** What `factor × duration + constant` compared with 0 comes to for all durations from 0 on; undefined when that depends. */
function onDurations(operator: string, factor: number, constant: bigint): boolean | undefined {
  const isGreater = operator === '>' || operator === '>=';
  // A duration of 0 decides: only what is strict there depends on no other.
  if (constant === 0n) {
    const [never, always] = factor > 0 ? ['<', '>='] : ['>', '<='];
    return operator === never ? false : operator === always ? true : undefined;
  }
  const isPositive = constant > 0n;
  // It grows from a positive constant, or falls from a negative one.
  if (factor > 0 !== isPositive) return undefined;
  return isGreater === isPositive;
}

/** `span.end_time - span.start_time > span.duration`: what is left is a constant compared with 0. */
function ofNothing(operator: string, constant: bigint): boolean {
  if (operator === '<') return constant < 0n;
  if (operator === '<=') return constant <= 0n;
  return operator === '>' ? constant > 0n : constant >= 0n;
}

interface Sum {
  /** How often it reads the duration, which is the end less the start. */
  durations: number;
  start: number;
  end: number;
  constant: bigint;
  span: SpanSource | undefined;
}

/** False for what is no sum of times of one span and whole numbers. */
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
