import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '#platform';
import type { Store } from '#store';
import { fingerprintOfRecord } from '../keep/fingerprint.js';

/** Violations of one transaction: others keep and read in between. */
const AT_ONCE = 200;
/** How many times as long as a transaction took nothing is done after it. */
const REST = 4;
const RETRY_MS = 60_000;

/**
 * Groups the violations that were kept before there were fingerprints, or by a version that knows none: after the start, some at a time, the newest first. It takes a
 * fifth of the time of one connection at most.
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
        rest = REST * (performance.now() - start);
      } catch (error) {
        this.logger.error({ err: error }, 'cannot group the violations that were kept before; retrying in a minute');
        rest = RETRY_MS;
      }
      await pause(rest, undefined, { signal, ref: false }).catch(() => undefined);
    }
    if (grouped > 0) this.logger.info({ violations: grouped }, 'grouped violations that were kept before');
  }
}
