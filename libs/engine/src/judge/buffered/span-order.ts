import { compareSpans, type HeldConditions, type SpanView } from '#dsl';

/** The spans of a trace in an order independent of arrival, and the notes made at their arrival. */
export interface OrderedSpans<Span extends SpanView> {
  readonly spans: readonly Span[];
  readonly held: HeldConditions;
  /** By place in the order: the place in order of arrival. Undefined where both are the same. */
  readonly arrival: readonly number[] | undefined;
}

/** @param spans in order of arrival; `held` numbers them by their places there */
export function orderedSpans<Span extends SpanView>(spans: readonly Span[], held: HeldConditions): OrderedSpans<Span> {
  if (isOrdered(spans)) return { spans, held, arrival: undefined };
  const arrival = Array.from(spans.keys()).sort((a, b) => compareSpans(spans[a]!, spans[b]!));
  const places = new Uint32Array(spans.length);
  for (const [place, arrived] of arrival.entries()) places[arrived] = place;
  const moved = (arrived: readonly number[]): readonly number[] =>
    arrived.length === 0 ? arrived : arrived.map((place) => places[place]!).sort((a, b) => a - b);
  return {
    spans: arrival.map((arrived) => spans[arrived]!),
    held: {
      holds: (condition) => moved(held.holds(condition)),
      fails: (condition) => moved(held.fails(condition)),
      inDoubt: (condition) => moved(held.inDoubt?.(condition) ?? []),
      mistyped: (condition) => moved(held.mistyped?.(condition) ?? []),
    },
    arrival,
  };
}

function isOrdered(spans: readonly SpanView[]): boolean {
  for (let i = 1; i < spans.length; i++) if (compareSpans(spans[i - 1]!, spans[i]!) > 0) return false;
  return true;
}
