import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '#platform';
import type { Store } from '#store';
import { fingerprintOfRecord } from '../keep/fingerprint.js';

/** Violations per transaction: other work runs between two of them. */
const AT_ONCE = 200;
/** The pause after a transaction, as a multiple of its duration. */
const PAUSE_FACTOR = 4;
const RETRY_MS = 60_000;

/**
 * Groups violations that an older version stored without fingerprints: after the start, in batches, newest first. It uses at most a fifth of the time of one
 * connection.
 */
export class Regrouper {
  private readonly stopped = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: Store,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    let grouped = 0;
    while (!signal.aborted) {
      const start = performance.now();
      let rest: number;
      try {
        const count = await this.store.regroup(AT_ONCE, fingerprintOfRecord);
        grouped += count;
        if (count === 0) break;
        rest = PAUSE_FACTOR * (performance.now() - start);
      } catch (error) {
        this.logger.error({ err: error }, 'cannot group violations stored by an earlier version; retrying in a minute');
        rest = RETRY_MS;
      }
      await pause(rest, undefined, { signal, ref: false }).catch(() => undefined);
    }
    if (grouped > 0) this.logger.info({ violations: grouped }, 'grouped violations stored by an earlier version');
  }
}
