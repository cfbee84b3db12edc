import type { Logger } from '#platform';
import type { Store } from '#store';

const INTERVAL = 60 * 60 * 1_000;

/** Deletes violations that are older than the retention: at the start, then every hour. */
export class PruneViolations {
  private timer: NodeJS.Timeout | undefined;
  private pruning: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: Store,
    /** Milliseconds. */
    private readonly retention: number,
    private readonly now: () => number,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.pruning = this.prune();
    this.timer = setInterval(() => {
      this.pruning = this.pruning.then(() => this.prune());
    }, INTERVAL);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.pruning;
  }

  /** A failure is logged only: the next hour tries again. */
  private async prune(): Promise<void> {
    try {
      const violations = await this.store.prune(this.now() - this.retention);
      if (violations > 0) this.logger.info({ violations }, 'old violations were deleted');
    } catch (error) {
      this.logger.error({ err: error }, 'old violations were not deleted; it is tried again in an hour');
    }
  }
}
