/**
 * Work that is due every `interval` ms. All partitions with the same interval do it at about the same moments, so that those of a thread share one request.
 */
export class Periodic {
  constructor(
    private readonly interval: () => number,
    private readonly monotonic: () => number,
    private last = Number.NEGATIVE_INFINITY,
  ) {}

  /** Such a moment has passed since the work was done last. Without an interval it is always due. */
  get due(): boolean {
    const interval = this.interval();
    return interval <= 0 || Math.floor(this.monotonic() / interval) > Math.floor(this.last / interval);
  }

  done(): void {
    this.last = this.monotonic();
  }
}

/** With up to the first number of partitions, a thread checks quiet ones at the shortest interval; from the second number on, at the longest. */
const IDLE_PARTITIONS = { few: 16, many: 64 };

/**
 * Milliseconds between two checks of a quiet partition, in a thread with this many partitions. Of many partitions most are briefly quiet at any time. Each check appends a tick, one more record to read, where traces are about to close.
 */
export function idleInterval(partitions: number, shortest: number): number {
  return (shortest * Math.min(IDLE_PARTITIONS.many, Math.max(IDLE_PARTITIONS.few, partitions))) / IDLE_PARTITIONS.few;
}

const TELL_MS = { min: 200, max: 1_000, each: 16 };

/**
 * Milliseconds between two reads of a partition's counts, in a thread with this many partitions. A read after each batch, with 50 rules, took 6 % of an evaluator's time. More partitions do not cost a thread more reads.
 */
export function tellInterval(partitions: number): number {
  return Math.min(TELL_MS.max, Math.max(TELL_MS.min, partitions * TELL_MS.each));
}
