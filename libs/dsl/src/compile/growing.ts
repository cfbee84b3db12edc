import type { Resolved } from '../resolved.js';
import { FALSE, type OnlineTrace, TRUE, UNKNOWN } from './compiled.js';
import type { TotalsOf } from './totals.js';

type Growing = (trace: OnlineTrace) => number | bigint;
type Comparison = '<' | '<=' | '>' | '>=' | '==' | '~=';

/** A comparison of something that only grows with a constant: exact now, and certain as soon as it can't turn. */
export interface GrowingComparison {
  readonly decide: (trace: OnlineTrace) => typeof FALSE | typeof TRUE | typeof UNKNOWN;
  readonly conclude: (trace: OnlineTrace) => typeof FALSE | typeof TRUE;
}

/** `trace.count(c) > 3`, `10 <= trace.span_count`, `trace.duration > 1s`, …; undefined for any other expression. */
export function growingComparison(node: Resolved, totals: TotalsOf): GrowingComparison | undefined {
  const operator = comparesGrowing(node);
  if (operator === undefined || node.type !== 'binary') return undefined;
  const [grows, limit] = isNumber(node.right) ? [node.left, node.right] : [node.right, node.left];
  return limit.type === 'literal' ? compare(operator, grows, limit.value as number | bigint, totals) : undefined;
}

/** The operator of such a comparison, as if the growing side were on the left; undefined for any other expression. */
export function comparesGrowing(node: Resolved): Comparison | undefined {
  if (node.type !== 'binary' || !Object.hasOwn(SWAPPED, node.operator)) return undefined;
  const operator = node.operator as Comparison;
  if (isNumber(node.right) && isGrowing(node.left)) return operator;
  return isNumber(node.left) && isGrowing(node.right) ? SWAPPED[operator] : undefined;
}

function isNumber(node: Resolved): boolean {
  return node.type === 'literal' && (typeof node.value === 'number' || typeof node.value === 'bigint');
}

function isGrowing(node: Resolved): boolean {
  return (node.type === 'trace-quantifier' && node.quantifier === 'count') || (node.type === 'trace-field' && node.field !== 'id');
}

const SWAPPED: Readonly<Record<Comparison, Comparison>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==', '~=': '~=' };

function compare(operator: Comparison, grows: Resolved, limit: number | bigint, totals: TotalsOf): GrowingComparison {
  const value = growing(grows, totals);
  const holds = HOLDS[operator];
  const passed = PASSED[operator];
  return {
    conclude: (trace) => (holds(value(trace), limit) ? TRUE : FALSE),
    decide: (trace) => {
      const now = value(trace);
      if (!passed(now, limit)) return UNKNOWN;
      return holds(now, limit) ? TRUE : FALSE;
    },
  };
}

function growing(node: Resolved, totals: TotalsOf): Growing {
  if (node.type === 'trace-quantifier') {
    const { slot } = totals.atomOf(node);
    return (trace) => trace.count(slot);
  }
  return node.type === 'trace-field' && node.field === 'duration' ? (trace) => trace.duration : (trace) => trace.spanCount;
}

type Test = (value: number | bigint, limit: number | bigint) => boolean;

const HOLDS: Readonly<Record<Comparison, Test>> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  // biome-ignore lint/suspicious/noDoubleEquals: bigint == number compares the exact values
  '==': (value, limit) => value == limit,
  // biome-ignore lint/suspicious/noDoubleEquals: bigint != number compares the exact values
  '~=': (value, limit) => value != limit,
};

/** The value has grown so far that the comparison stays as it is. */
const PASSED: Readonly<Record<Comparison, Test>> = {
  '<': (value, limit) => value >= limit,
  '<=': (value, limit) => value > limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '==': (value, limit) => value > limit,
  '~=': (value, limit) => value > limit,
};
