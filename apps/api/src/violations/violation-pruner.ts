import type { Logger } from '#platform';
import type { Store } from '#store';

const INTERVAL_MS = 10 * 60 * 1_000;

/** A wall clock that advances by this much (ms) more than monotonic time has leapt. */
const LEAP_MS = 5 * 60 * 1_000;
/** How long (ms) a prune that would delete everything waits. */
const TIMEOUT_MS = 24 * 60 * 60 * 1_000;

/**
 * Deletes violations older than the retention, every ten minutes. A wall clock that is ahead for a moment must not delete recent ones. So it deletes nothing in
 * the first ten minutes and in the ten minutes after a leap. If nothing would be left, it waits for a day.
 */
export class ViolationPruner {
  private timer: NodeJS.Timeout | undefined;
  private pruning: Promise<void> = Promise.resolve();
  private startedAt = 0;
  private last = { time: 0, at: 0 };

  constructor(
    private readonly store: Store,
    /** Milliseconds. */
    private readonly retention: number,
    private readonly now: () => number,
    private readonly logger: Logger,
    /** Monotonic milliseconds. */
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  start(): void {
    this.startedAt = this.monotonic();
    this.last = { time: this.now(), at: this.startedAt };
    this.timer = setInterval(() => {
      this.pruning = this.pruning.then(() => this.prune());
    }, INTERVAL_MS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.pruning;
  }

  /** Whether there are violations, and all are older. */
  private async isAll(before: number): Promise<boolean> {
    const [newest] = (await this.store.violationsFrom({}, { limit: 1 })).violations;
    return newest !== undefined && newest.timestampMs < before;
  }

  /** A failure is only logged: the next round tries again. */
  private async prune(): Promise<void> {
    const { time, at } = this.last;
    this.last = { time: this.now(), at: this.monotonic() };
    const leap = this.last.time - time - (this.last.at - at);
    if (leap > LEAP_MS) {
      this.logger.warn(
        { seconds: Math.round(leap / 1_000) },
        'the clock went forward; deleting old violations in ten minutes, unless it is corrected',
      );
      return;
    }
    try {
      const before = this.last.time - this.retention;
      if (this.last.at - this.startedAt < TIMEOUT_MS && (await this.isAll(before))) {
        this.logger.warn(
          'every violation is older than the retention; deleting them when the process has run for a day, unless its clock is corrected',
        );
        return;
      }
      const violations = await this.store.prune(before);
      if (violations > 0) this.logger.info({ violations }, 'deleted old violations');
    } catch (error) {
      this.logger.error({ err: error }, 'cannot delete old violations; retrying in ten minutes');
    }
  }
}
