/** Where a successor of this engine begins to judge (docs/architecture.md, invariant 3). */
export interface CommitPoint {
  /** No remembered trace opened before this offset. */
  readonly offset: number;
  /** The epoch in force at that offset. */
  readonly epoch: number;
  /** The log's time at that offset, less the pauses in the context before it. */
  readonly logTime: number;
  /** The log time at which a successor starts to read. */
  readonly start: number;
  /** The pauses before the record at which a successor starts to read, ms. */
  readonly paused: number;
}

/** A record that opened a trace. */
export interface Opening {
  readonly offset: number;
  /** In trace time. */
  readonly time: number;
  readonly epoch: number;
}

/**
 * The records that opened traces which are still remembered, oldest first: a ring with one entry per record. So the first offset below which nothing is
 * remembered is always known. All traces of a record share its offset and time.
 */
export class LowWatermark {
  private offsets = new Float64Array(256);
  private times = new Float64Array(256);
  private epochs = new Float64Array(256);
  private remembered = new Uint32Array(256);
  private mask = 255;
  /** Entries are numbered in order; entry n is at n & mask. */
  private oldest = 0;
  private next = 0;

  /** Notes that a record opened a trace. Returns its entry. */
  open(offset: number, time: number, epoch: number): number {
    const last = (this.next - 1) & this.mask;
    if (this.next !== this.oldest && this.offsets[last] === offset) {
      this.remembered[last]!++;
      return (this.next - 1) >>> 0;
    }
    if (this.next - this.oldest > this.mask) this.grow();
    const at = this.next & this.mask;
    this.offsets[at] = offset;
    this.times[at] = time;
    this.epochs[at] = epoch;
    this.remembered[at] = 1;
    return this.next++ >>> 0;
  }

  /** Holds the entry, like one more trace, until `release`. */
  retain(entry: number): void {
    this.remembered[entry & this.mask]!++;
  }

  /** A trace that the entry's record opened is forgotten. */
  release(entry: number): void {
    this.remembered[entry & this.mask]!--;
    while (this.oldest !== this.next && this.remembered[this.oldest & this.mask] === 0) this.oldest++;
  }

  offsetOf(entry: number): number {
    return this.offsets[entry & this.mask]!;
  }

  timeOf(entry: number): number {
    return this.times[entry & this.mask]!;
  }

  /** The record that opened the oldest remembered trace, if any is remembered. */
  get oldestOpening(): Opening | undefined {
    if (this.oldest === this.next) return undefined;
    const at = this.oldest & this.mask;
    return { offset: this.offsets[at]!, time: this.times[at]!, epoch: this.epochs[at]! };
  }

  private grow(): void {
    const size = (this.mask + 1) * 2;
    const spread = <T extends Float64Array | Uint32Array>(from: T, to: T): T => {
      for (let entry = this.oldest; entry < this.next; entry++) to[entry & (size - 1)] = from[entry & this.mask]!;
      return to;
    };
    this.offsets = spread(this.offsets, new Float64Array(size));
    this.times = spread(this.times, new Float64Array(size));
    this.epochs = spread(this.epochs, new Float64Array(size));
    this.remembered = spread(this.remembered, new Uint32Array(size));
    this.mask = size - 1;
  }
}
