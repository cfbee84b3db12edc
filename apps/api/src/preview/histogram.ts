const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Lengths of buckets in milliseconds, in usual units of time. */
const INTERVALS = [
  ...[1, 2, 5, 10, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 30, 90, 365].map((n) => n * DAY),
];
const MAX_BUCKETS = 60;

export interface Bucket {
  /** Unix ms. */
  readonly start: number;
  traces: number;
  matched: number;
}

/** Counts traces by the log time at which they began. Offsets are of one partition at a time. */
export class Histogram {
  /** Milliseconds. */
  readonly interval: number;
  readonly buckets: Bucket[] = [];
  /** The first offset of each bucket in the current partition, in ascending order. */
  private marks: { readonly offset: number; readonly bucket: Bucket }[] = [];

  /** The range in log time, Unix ms. */
  constructor(from: number, to: number) {
    this.interval = INTERVALS.find((interval) => spanned(from, to, interval) <= MAX_BUCKETS) ?? INTERVALS.at(-1)!;
    const first = Math.floor(from / this.interval) * this.interval;
    const count = Math.min(MAX_BUCKETS, spanned(from, to, this.interval));
    for (let i = 0; i < count; i++) this.buckets.push({ start: first + i * this.interval, traces: 0, matched: 0 });
  }

  /** The next records are of another partition. */
  begin(): void {
    this.marks = [];
  }

  /** A record of the current partition has this time. */
  reached(offset: number, time: number): void {
    const index = Math.floor((time - this.buckets[0]!.start) / this.interval);
    const bucket = this.buckets[Math.min(this.buckets.length - 1, Math.max(0, index))]!;
    if (this.marks.at(-1)?.bucket !== bucket) this.marks.push({ offset, bucket });
  }

  count(offset: number, counter: 'traces' | 'matched'): void {
    const mark = this.marks.findLast((one) => one.offset <= offset) ?? this.marks[0];
    if (mark !== undefined) mark.bucket[counter]++;
  }
}

function spanned(from: number, to: number, interval: number): number {
  return Math.max(1, Math.floor(Math.max(to - 1, from) / interval) - Math.floor(from / interval) + 1);
}
