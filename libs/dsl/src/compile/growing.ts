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
  if (node.type !== 'binary' || !Object.hasOwn(SWAPPED, node.operator)) return undefined;
  const operator = node.operator as Comparison;
  return compare(operator, node.left, node.right, totals) ?? compare(SWAPPED[operator], node.right, node.left, totals);
}

const SWAPPED: Readonly<Record<Comparison, Comparison>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==', '~=': '~=' };

function compare(operator: Comparison, left: Resolved, right: Resolved, totals: TotalsOf): GrowingComparison | undefined {
  if (right.type !== 'literal' || (typeof right.value !== 'number' && typeof right.value !== 'bigint')) return undefined;
  const value = growing(left, totals);
  if (value === undefined) return undefined;
  const limit = right.value;
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

function growing(node: Resolved, totals: TotalsOf): Growing | undefined {
  if (node.type === 'trace-quantifier' && node.quantifier === 'count') {
    const { slot } = totals.atomOf(node);
    return (trace) => trace.count(slot);
  }
  if (node.type !== 'trace-field' || node.field === 'id') return undefined;
  return node.field === 'duration' ? (trace) => trace.duration : (trace) => trace.spanCount;
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
