import type { SpanRelation } from '../vocabulary/trace-vocabulary.js';

export type { SpanRelation };

/** Whether the second span comes after or before the first. */
export type PairOrder = 'after' | 'before';

export interface RelationTraits {
  /** Which pairs must be related: some pair of spans, every first span with some second, or no pair. */
  readonly asks: 'some' | 'every' | 'none';
  /** The relation of the second span to the first: earlier or later by clocks and links, or a relative by parentage. */
  readonly secondIs: PairOrder | 'child' | 'descendant';
}

/** The traits of `trace.<relation>(a, b)`. */
export const RELATIONS = {
  before: { asks: 'some', secondIs: 'after' },
  follows: { asks: 'every', secondIs: 'after' },
  preceded: { asks: 'every', secondIs: 'before' },
  never_after: { asks: 'none', secondIs: 'after' },
  child: { asks: 'some', secondIs: 'child' },
  descendant: { asks: 'some', secondIs: 'descendant' },
} as const satisfies Readonly<Record<SpanRelation, RelationTraits>>;

/** Whether parents alone decide, without clocks and links. */
export function isByParentage(relation: SpanRelation): boolean {
  const { secondIs } = RELATIONS[relation];
  return secondIs === 'child' || secondIs === 'descendant';
}

/** The spans that a span leads to by parentage. */
export type SpanAxis = 'children' | 'descendants' | 'ancestors';

export const SPAN_AXES = ['children', 'descendants', 'ancestors'] as const;

/** Clocks of different services are trusted to a millisecond (nanoseconds): what time synchronisation within one site achieves. */
export const DEFAULT_TOLERANCE = 1_000_000;
