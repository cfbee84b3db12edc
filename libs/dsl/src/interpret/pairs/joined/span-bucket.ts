import type { SpanView } from '../../../trace/span-view.js';
import type { TraceAggregate } from '../../../tree/resolved.js';
import type { Value } from '../../../values/value.js';
import type { JoinedSpanIndex } from './joined-span-index.js';

/** Scanning fewer spans is cheaper than sorting them. */
export const FEW = 64;

/** Some spans of a trace, found on demand; scanned, or looked up by time. */
export class SpanBucket implements Iterable<SpanView> {
  private starts: Sorted | undefined;
  private ends: Sorted | undefined;
  private readonly found: SpanView[];
  private next = 0;
  /** The total number of scanned spans. */
  scanned = 0;
  index: JoinedSpanIndex | undefined;
  /** The earliest and the latest start and end of all (joined-span-index.ts). */
  limits: readonly number[] | undefined;
  /** The aggregates over all spans of the bucket. */
  aggregates: Map<TraceAggregate, { readonly value: Value }> | undefined;

  /** @param keep selects spans; all without it */
  constructor(
    private readonly source: readonly SpanView[],
    private readonly keep?: (span: SpanView) => boolean,
  ) {
    this.found = keep === undefined ? (source as SpanView[]) : [];
    if (keep === undefined) this.next = source.length;
  }

  *[Symbol.iterator](): Iterator<SpanView> {
    for (let at = 0; ; at++) {
      while (at >= this.found.length) if (!this.findNext()) return;
      yield this.found[at]!;
    }
  }

  /** All of them. */
  get spans(): readonly SpanView[] {
    while (this.findNext());
    return this.found;
  }

  /** The source has no other spans. */
  get keepsAll(): boolean {
    while (this.found.length === this.next) if (!this.findNext()) break;
    return this.found.length === this.source.length;
  }

  /** It was scanned so often that sorting it is worthwhile. */
  get isScannedOften(): boolean {
    return this.scanned > FEW && this.scanned > 2 * this.source.length;
  }

  /** The spans that start from `from` up to `to` (nanoseconds since the epoch), the earliest first. */
  *startingBetween(from: bigint, to: bigint | undefined): Iterable<SpanView> {
    this.starts ??= sortedBy(this.spans, (span) => BigInt(span.startTime));
    const { times, spans } = this.starts;
    for (let at = firstNotBelow(times, from); at < times.length && (to === undefined || times[at]! <= to); at++) yield spans[at]!;
  }

  /** The spans that end from `until` down to `from`, the latest first. */
  *endingBetween(from: bigint | undefined, until: bigint): Iterable<SpanView> {
    this.ends ??= sortedBy(this.spans, (span) => BigInt(span.endTime));
    const { times, spans } = this.ends;
    for (let at = firstNotBelow(times, until + 1n) - 1; at >= 0 && (from === undefined || times[at]! >= from); at--) yield spans[at]!;
  }

  /** Reads one more span of the source; false at the end. A span that fails is tested again, and fails again. */
  private findNext(): boolean {
    if (this.next >= this.source.length) return false;
    const span = this.source[this.next]!;
    if (this.keep!(span)) this.found.push(span);
    this.next++;
    return true;
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
