/** What `trace.<relation>(a, b)` asks of pairs of spans. */
export type SpanRelation = 'before' | 'follows' | 'preceded' | 'never_after' | 'child' | 'descendant';

/** The spans that a span leads to by parentage. */
export type SpanAxis = 'children' | 'descendants' | 'ancestors';

export const SPAN_RELATIONS = ['before', 'follows', 'preceded', 'never_after', 'child', 'descendant'] as const;
export const SPAN_AXES = ['children', 'descendants', 'ancestors'] as const;

/** Clocks of different services are trusted to a millisecond (nanoseconds): what time synchronisation within one site achieves. */
export const DEFAULT_TOLERANCE = 1_000_000;
