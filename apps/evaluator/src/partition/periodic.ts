/**
 * Something that is done every `interval` ms, by all that have this interval at about the same moments: then what partitions of one thread send goes in one
 * request, instead of one for each.
 */
export class Periodic {
  constructor(
    private readonly interval: () => number,
    private readonly monotonic: () => number,
    private last = Number.NEGATIVE_INFINITY,
  ) {}

  /** One of the moments has come since it was done last. Without an interval it is always due. */
  get due(): boolean {
    const interval = this.interval();
    return interval <= 0 || Math.floor(this.monotonic() / interval) > Math.floor(this.last / interval);
  }

  done(): void {
    this.last = this.monotonic();
  }
}

/** Up to so many partitions a thread has the shortest interval between two looks at a quiet partition, and from so many on the longest. */
const IDLE_PARTITIONS = { few: 16, many: 64 };

/**
 * Milliseconds between two looks of a thread with so many partitions at a quiet one. Most partitions of many are quiet for a moment at any time; and each look
 * appends a tick, which is one more record to read, wherever traces are about to close.
 */
export function idleInterval(partitions: number, shortest: number): number {
  return (shortest * Math.min(IDLE_PARTITIONS.many, Math.max(IDLE_PARTITIONS.few, partitions))) / IDLE_PARTITIONS.few;
}

const TELL_MS = { min: 200, max: 1_000, each: 16 };

/**
 * Milliseconds between two looks at the counts of one of so many partitions. A look after each batch, with 50 rules, was 6 % of an evaluator's time; and a
 * thread has no more to do for the looks when it has more partitions.
 */
export function tellInterval(partitions: number): number {
  return Math.min(TELL_MS.max, Math.max(TELL_MS.min, partitions * TELL_MS.each));
}
