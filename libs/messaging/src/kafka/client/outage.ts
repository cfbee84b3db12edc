import type { LogReport } from '../../log-report.js';

/** Pauses (ms) between two log lines about one outage: an operator needs to know that it lasts, not every attempt. */
const SAY_AGAIN_MS = { first: 5_000, max: 300_000 };

/**
 * Logs an outage of a subscription (of its brokers, its group or its partitions): once, then with exponential back-off, and once when all parts work again.
 */
export class Outage {
  readonly #failing = new Set<string>();
  #since = 0;
  #sayAt = Number.NEGATIVE_INFINITY;
  #pause = SAY_AGAIN_MS.first;
  #isReported = false;

  /** `say` receives the failures, `report` the end of the outage. `now`: monotonic milliseconds. */
  constructor(
    readonly what: string,
    readonly say: (error: Error) => void,
    readonly report: LogReport,
    readonly now: () => number = () => performance.now(),
    /** Receives the end, as `say` received the beginning. */
    readonly over: () => void = () => undefined,
  ) {}

  /** `atOnce` logs it even if something was logged shortly before. */
  failed(part: string, error: Error, atOnce = false): void {
    const now = this.now();
    if (this.#failing.size === 0) {
      this.#since = now;
      this.#pause = SAY_AGAIN_MS.first;
      this.#sayAt = now;
    }
    this.#failing.add(part);
    if (now < this.#sayAt && !atOnce) return;
    this.#isReported = true;
    this.#sayAt = now + this.#pause;
    this.#pause = Math.min(this.#pause * 2, SAY_AGAIN_MS.max);
    this.say(error);
  }

  /** Whether this part fails now. */
  isFailing(part: string): boolean {
    return this.#failing.has(part);
  }

  works(part: string): void {
    if (!this.#failing.delete(part) || this.#failing.size > 0 || !this.#isReported) return;
    this.#isReported = false;
    this.over();
    this.report('info', `${this.what} again, after ${Math.round((this.now() - this.#since) / 1000)} s`);
  }

  /** Drops parts that no longer belong to this subscription. */
  forget(gone: (part: string) => boolean): void {
    for (const part of this.#failing) if (gone(part)) this.works(part);
  }
}
