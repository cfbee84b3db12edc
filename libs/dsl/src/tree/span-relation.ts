import type { SpanRelation } from '../vocabulary/trace-vocabulary.js';

export type { SpanRelation };

export interface RelationTraits {
  /** Which pairs must be related: some pair of spans, every first span with some second, or no pair. */
  readonly asks: 'some' | 'every' | 'none';
  /** What decides whether two spans are related. */
  readonly by: 'clocks' | 'parentage';
}

/** The traits of `trace.<relation>(a, b)`. */
export const RELATIONS = {
  before: { asks: 'some', by: 'clocks' },
  follows: { asks: 'every', by: 'clocks' },
  preceded: { asks: 'every', by: 'clocks' },
  never_after: { asks: 'none', by: 'clocks' },
  child: { asks: 'some', by: 'parentage' },
  descendant: { asks: 'some', by: 'parentage' },
} as const satisfies Readonly<Record<SpanRelation, RelationTraits>>;

/** The spans that a span leads to by parentage. */
export type SpanAxis = 'children' | 'descendants' | 'ancestors';

export const SPAN_AXES = ['children', 'descendants', 'ancestors'] as const;

/** Clocks of different services are trusted to a millisecond (nanoseconds): what time synchronisation within one site achieves. */
export const DEFAULT_TOLERANCE = 1_000_000;
