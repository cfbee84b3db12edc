import { FALSE, type OnlineTrace, TRUE, UNKNOWN } from '../contract/compiled-rule-set.js';
import type { BinaryNode, Resolved } from '../tree/resolved.js';
import type { Value } from '../values/value.js';
import { type TotalsOf, totalValue } from './totals.js';

/** A comparison of monotone numbers: exact now, and certain once it cannot change. */
export interface MonotoneComparison {
  readonly decide: (trace: OnlineTrace) => typeof FALSE | typeof TRUE | typeof UNKNOWN;
  readonly conclude: (trace: OnlineTrace) => typeof FALSE | typeof TRUE;
}

/** The final values that a comparison can reach before its trace closes. */
export interface Certainty {
  readonly asTrue: boolean;
  readonly asFalse: boolean;
}

/**
 * `trace.count(c) > 3`, `trace.count(a) + trace.count(b) >= 5`, `10 <= 2 * trace.span_count`, `trace.duration / 1ms > 500`, …; undefined for comparisons that
 * are never certain early.
 */
export function monotoneComparison(node: Resolved, totals: TotalsOf): MonotoneComparison | undefined {
  const towards = directionOf(node);
  if (towards === undefined || node.type !== 'binary') return undefined;
  const [left, right] = [totalValue(node.left, totals), totalValue(node.right, totals)] as readonly Ask[] as readonly [Ask, Ask];
  const operator = node.operator as Comparison;
  const holds = HOLDS[operator];
  const passed = PASSED[towards === 'up' ? operator : MIRRORED[operator]];
  return {
    conclude: (trace) => (holds(left(trace), right(trace)) ? TRUE : FALSE),
    decide: (trace) => {
      const a = left(trace);
      const b = right(trace);
      if (towards === 'up' ? !passed(a, b) : !passed(b, a)) return UNKNOWN;
      return holds(a, b) ? TRUE : FALSE;
    },
  };
}

/** The final values such a comparison can reach; undefined for any other expression. */
export function certaintyOf(node: Resolved): Certainty | undefined {
  const towards = directionOf(node);
  if (towards === undefined) return undefined;
  const operator = (node as BinaryNode).operator as Comparison;
  const upwards = towards === 'up' ? operator : MIRRORED[operator];
  return {
    asTrue: upwards === '>' || upwards === '>=' || upwards === '~=',
    asFalse: upwards === '<' || upwards === '<=' || upwards === '==',
  };
}

type Comparison = '<' | '<=' | '>' | '>=' | '==' | '~=';
type Ask = (trace: OnlineTrace) => number | bigint;

const MIRRORED: Readonly<Record<Comparison, Comparison>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==', '~=': '~=' };

/** Up: the left side grows relative to the right one. */
function directionOf(node: Resolved): 'up' | 'down' | undefined {
  if (node.type !== 'binary' || !Object.hasOwn(MIRRORED, node.operator)) return undefined;
  const left = trendOf(node.left);
  const right = trendOf(node.right);
  if (left === undefined || right === undefined || (left.grows && left.shrinks && right.grows && right.shrinks)) return undefined;
  if (left.grows && right.shrinks) return 'up';
  return left.shrinks && right.grows ? 'down' : undefined;
}

/** The directions in which a number can change while its trace grows; a constant has none. */
interface Trend {
  /** It never decreases. */
  readonly grows: boolean;
  /** It never increases. */
  readonly shrinks: boolean;
  /** Maximum of its size: integers must not wrap around. */
  readonly max: number;
}

/** More spans than a trace can have. */
const COUNT: Trend = { grows: true, shrinks: false, max: 2 ** 32 };
/** For any clocks: 64 bits. */
const DURATION: Trend = { grows: true, shrinks: false, max: 2 ** 64 };

function trendOf(node: Resolved): Trend | undefined {
  switch (node.type) {
    case 'literal':
      return constant(node.value);
    case 'trace-quantifier':
      return node.quantifier === 'count' ? COUNT : undefined;
    case 'trace-field':
      return node.field === 'id' ? undefined : node.field === 'duration' ? DURATION : COUNT;
    case 'unary': {
      const operand = node.operator === '-' ? trendOf(node.operand) : undefined;
      return operand && bounded(opposite(operand));
    }
    case 'binary':
      return computed(node);
    default:
      return undefined;
  }
}

function constant(value: Value): Trend | undefined {
  if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  return Number.isFinite(Number(value)) ? { grows: true, shrinks: true, max: Math.abs(Number(value)) } : undefined;
}

function computed({ operator, left, right }: BinaryNode): Trend | undefined {
  const a = trendOf(left);
  const b = trendOf(right);
  if (a === undefined || b === undefined) return undefined;
  switch (operator) {
    case '+':
      return bounded({ grows: a.grows && b.grows, shrinks: a.shrinks && b.shrinks, max: a.max + b.max });
    case '-':
      return bounded({ grows: a.grows && b.shrinks, shrinks: a.shrinks && b.grows, max: a.max + b.max });
    case '*':
      return left.type === 'literal'
        ? scaled(b, Number(left.value), a.max)
        : right.type === 'literal'
          ? scaled(a, Number(right.value), b.max)
          : undefined;
    case '/':
      // For doubles: they round, but stay monotone.
      return right.type === 'literal' && b.max > 0 ? scaled({ ...a, max: 0 }, Number(right.value), 0) : undefined;
    case '//':
      return right.type === 'literal' && b.max > 0 ? bounded(scaled(a, Number(right.value), 1)) : undefined;
    default:
      return undefined;
  }
}

function scaled(trend: Trend, by: number, size: number): Trend | undefined {
  return bounded({ ...(by < 0 ? opposite(trend) : trend), max: trend.max * size });
}

function opposite({ grows, shrinks, max }: Trend): Trend {
  return { grows: shrinks, shrinks: grows, max };
}

/** Undefined where an integer could wrap around at 64 bits. */
function bounded(trend: Trend | undefined): Trend | undefined {
  return trend !== undefined && trend.max < 2 ** 63 ? trend : undefined;
}

type Test = (left: number | bigint, right: number | bigint) => boolean;

const HOLDS: Readonly<Record<Comparison, Test>> = {
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  // biome-ignore lint/suspicious/noDoubleEquals: bigint == number compares the exact values
  '==': (left, right) => left == right,
  // biome-ignore lint/suspicious/noDoubleEquals: bigint != number compares the exact values
  '~=': (left, right) => left != right,
};

/** The growing side has passed the point after which the comparison stays as it is. */
const PASSED: Readonly<Record<Comparison, Test>> = {
  '<': (grows, other) => grows >= other,
  '<=': (grows, other) => grows > other,
  '>': (grows, other) => grows > other,
  '>=': (grows, other) => grows >= other,
  '==': (grows, other) => grows > other,
  '~=': (grows, other) => grows > other,
};
