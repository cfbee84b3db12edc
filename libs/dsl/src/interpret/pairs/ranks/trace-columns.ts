import type { SpanIntervals } from '../../../trace/span-intervals.js';
import type { SpanView, TraceView } from '../../../trace/span-view.js';
import type { TraceStructure } from '../../../trace/trace-structure.js';

/** Columns of whole numbers for the order of a trace's spans in time and in its trees. */
export const START = 0;
export const END = 1;
export const ENTER = 2;
export const LEAVE = 3;
export const SERVICE = 4;
/** The position in the trace. */
export const INDEX = 5;
export const TRACE_COLUMNS = 6;

/**
 * A trace's spans as columns, by position. Times are ranks among all times of the trace, so that all their 64 bits compare as numbers. Built once per trace,
 * at first use.
 */
export class TraceColumns {
  /** Sorted, without duplicates: nanoseconds by rank. */
  private readonly times: readonly (number | bigint)[];
  readonly columns: readonly Int32Array[];
  readonly intervals: SpanIntervals;
  readonly services: number;
  /** 1 where a span has causes other than its ancestors: a link leads on from it or from one of them. */
  private readonly linked: Uint8Array;

  private constructor(trace: TraceView, structure: TraceStructure) {
    const { spans } = trace;
    this.intervals = structure.intervals;
    this.times = sortedTimes(spans);
    const rankOf = new Map(this.times.map((time, rank) => [BigInt(time), rank]));
    const services = new Map<string, number>();
    const service = Int32Array.from(spans, (span) => numbered(services, span.service));
    this.services = services.size;
    this.columns = [
      Int32Array.from(spans, (span) => rankOf.get(BigInt(span.startTime)) as number),
      Int32Array.from(spans, (span) => rankOf.get(BigInt(span.endTime)) as number),
      this.intervals.enter,
      this.intervals.leave,
      service,
      Int32Array.from(spans.keys()),
    ];
    this.linked = linkedSpans(spans, structure);
  }

  private static readonly known = new WeakMap<TraceView, TraceColumns>();

  static of(trace: TraceView, structure: TraceStructure): TraceColumns {
    let columns = TraceColumns.known.get(trace);
    if (columns === undefined) TraceColumns.known.set(trace, (columns = new TraceColumns(trace, structure)));
    return columns;
  }

  /** Its position in the trace; undefined for a view of another trace object. */
  indexOf(span: SpanView): number | undefined {
    return this.intervals.indexOf.get(span);
  }

  isLinked(index: number): boolean {
    return this.linked[index] === 1;
  }

  /** The time of a rank, as rules read it. */
  valueOf(rank: number): number | bigint {
    return this.times[rank]!;
  }

  /** The exact time of a rank. */
  timeOf(rank: number): bigint {
    return BigInt(this.times[rank]!);
  }

  /** The rank of the earliest time not before this one; one more than the last rank when there is none. */
  rankFrom(time: bigint): number {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.times[middle]! < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function sortedTimes(spans: readonly SpanView[]): readonly (number | bigint)[] {
  const times = spans.flatMap(({ startTime, endTime }) => [startTime, endTime]);
  if (times.every((time) => typeof time === 'number')) return [...new Set(Float64Array.from(times as number[]).sort())];
  const exact = times.map(BigInt);
  const isUnsigned = exact.every((time) => time >= 0n && time < 1n << 64n);
  const sorted = isUnsigned ? BigUint64Array.from(exact).sort() : exact.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return Array.from(new Set(sorted), asValue);
}

function asValue(time: bigint): number | bigint {
  const number = Number(time);
  return Number.isSafeInteger(number) ? number : time;
}

function numbered(numbers: Map<string, number>, text: string): number {
  let number = numbers.get(text);
  if (number === undefined) numbers.set(text, (number = numbers.size));
  return number;
}

function linkedSpans(spans: readonly SpanView[], structure: TraceStructure): Uint8Array {
  const linked = new Uint8Array(spans.length);
  if (!structure.hasLinks) return linked;
  const { enter, leave } = structure.intervals;
  // By number: how many spans with links are entered and not left.
  const open = new Int32Array(spans.length + 1);
  spans.forEach((span, index) => {
    if (structure.linked(span).length === 0) return;
    open[enter[index]!]!++;
    open[leave[index]!]!--;
  });
  for (let number = 1; number < open.length; number++) open[number]! += open[number - 1]!;
  return linked.map((_none, index) => (open[enter[index]!]! > 0 ? 1 : 0));
}
