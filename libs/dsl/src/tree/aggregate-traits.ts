import type { AggregateName } from '../vocabulary/trace-vocabulary.js';

export interface AggregateTraits {
  /** `numbers`: the result has their unit. `values`: the result is a count of values of any type. */
  readonly of: 'numbers' | 'values';
  /** The result without values. */
  readonly ofNone: 'nil' | 'zero';
}

/** The traits of `trace.<aggregate>(field, condition)`. */
export const AGGREGATE_TRAITS = {
  sum: { of: 'numbers', ofNone: 'zero' },
  min: { of: 'numbers', ofNone: 'nil' },
  max: { of: 'numbers', ofNone: 'nil' },
  avg: { of: 'numbers', ofNone: 'nil' },
  distinct: { of: 'values', ofNone: 'zero' },
  max_count: { of: 'values', ofNone: 'zero' },
} as const satisfies Readonly<Record<AggregateName, AggregateTraits>>;

export const AGGREGATE_NAMES = Object.keys(AGGREGATE_TRAITS) as readonly AggregateName[];

/** Whether the result is a count of values of any types and units. */
export function countsValues(aggregate: AggregateName): boolean {
  return AGGREGATE_TRAITS[aggregate].of === 'values';
}
