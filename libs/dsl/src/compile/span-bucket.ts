import type { SpanView } from '../span-view.js';

/** Some spans of a trace, to be looked up by time. Sorted when it is first asked for. */
export class SpanBucket {
  private starts: Sorted | undefined;
  private ends: Sorted | undefined;

  constructor(readonly spans: readonly SpanView[]) {}

  /** Those that start at or after `from`, the earliest first, up to `to` (nanoseconds since the epoch). */
  *startingBetween(from: bigint, to: bigint | undefined): Iterable<SpanView> {
    this.starts ??= sortedBy(this.spans, (span) => BigInt(span.startTime));
    const { times, spans } = this.starts;
    for (let at = firstNotBelow(times, from); at < times.length && (to === undefined || times[at]! <= to); at++) yield spans[at]!;
  }

  /** Those that end at or before `until`, the latest first, down to `from`. */
  *endingBetween(from: bigint | undefined, until: bigint): Iterable<SpanView> {
    this.ends ??= sortedBy(this.spans, (span) => BigInt(span.endTime));
    const { times, spans } = this.ends;
    for (let at = firstNotBelow(times, until + 1n) - 1; at >= 0 && (from === undefined || times[at]! >= from); at--) yield spans[at]!;
  }
}

interface Sorted {
  readonly times: readonly bigint[];
  readonly spans: readonly SpanView[];
}

function sortedBy(spans: readonly SpanView[], timeOf: (span: SpanView) => bigint): Sorted {
  const timed = spans.map((span) => ({ span, time: timeOf(span) })).sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  return { times: timed.map(({ time }) => time), spans: timed.map(({ span }) => span) };
}

function firstNotBelow(times: readonly bigint[], time: bigint): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
