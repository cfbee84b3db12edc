import { Behind, type Logger } from '#platform';
import { retry, withDeadline } from '#waiting';
import type { RulePublisher } from './rule-publisher.js';

/** How long (ms) an answer waits until its change is in force. */
const TIMEOUT_MS = 2_000;
/** How long (ms) attempts must fail before readiness reports it. */
const REPORT_AFTER_MS = 3_000;
/** Milliseconds between two checks of the outbox. After two of them, the change of a replica that crashed is in force. */
const CHECK_INTERVAL_MS = 750;
/** Milliseconds between two checks whether a log was replaced. */
const LOG_CHECK_INTERVAL_MS = 5_000;
/** Milliseconds between two markers while rules do not change: shorter than the retention of the spans log. */
const RENEWAL_INTERVAL_MS = 10 * 60_000;

/** `published`: in force for every span sent after the answer. `pending`: stored, and in force when the log can be written. */
export type Publication = 'published' | 'pending';

/**
 * Publishes stored rule changes to the log: at once for the request that made them. While the log or the store is unavailable it retries with back-off, even
 * after a restart.
 */
export class RuleAnnouncer {
  private readonly stopping = new AbortController();
  private background: Promise<void> | undefined;
  /** Since when (ms, monotonic) attempts fail, and the last reason. */
  private failing: { readonly since: number; reason: string } | undefined;
  private looking: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private renewing: NodeJS.Timeout | undefined;
  private watching: NodeJS.Timeout | undefined;
  private watched: Promise<void> | undefined;
  /** A log was replaced during an attempt, which may not have known it. */
  private replacedMeanwhile = false;

  constructor(
    private readonly publisher: RulePublisher,
    private readonly logger: Logger,
  ) {}

  /**
   * Publishes, without waiting, the changes that an earlier process left and the records that a replaced log lacks. Afterwards it publishes the changes of
   * replicas that crash.
   */
  start(): void {
    this.reconcile();
    this.timer = setInterval(() => this.look(), CHECK_INTERVAL_MS);
    this.timer.unref();
    this.watching = setInterval(() => this.watch(), LOG_CHECK_INTERVAL_MS);
    this.watching.unref();
    this.renewing = setInterval(() => this.keepTrying(() => this.publisher.renew()), RENEWAL_INTERVAL_MS);
    this.renewing.unref();
  }

  /** Waits for a limited time: the change itself is stored. */
  async announce(): Promise<Publication> {
    try {
      await withDeadline(this.publisher.publish(), TIMEOUT_MS, () => new Error(`not published within ${TIMEOUT_MS} ms`));
      return 'published';
    } catch (error) {
      this.logger.warn({ err: error }, 'a change of rules is stored, but not yet in the log');
      // An attempt may take longer than this before it fails, for instance if a topic is missing.
      this.failing ??= { since: performance.now() - TIMEOUT_MS, reason: (error as Error).message };
      this.keepTrying(() => this.publisher.publish());
      return 'pending';
    }
  }

  /** Throws while stored rules cannot be written to the log: they are not in force. Other requests are answered as usual. */
  check(): void {
    if (this.failing === undefined || performance.now() - this.failing.since < REPORT_AFTER_MS) return;
    throw new Behind(`rules are stored and not in force, because they are not in the log: ${this.failing.reason}`);
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('stopping'));
    clearInterval(this.timer);
    clearInterval(this.renewing);
    clearInterval(this.watching);
    await this.watched;
    await this.background;
    await this.looking;
  }

  /** Does nothing while an attempt runs or is scheduled. */
  private look(): void {
    if (this.background || this.looking) return;
    this.looking = this.publisher
      .publishForgotten()
      .catch((error: unknown) => {
        this.logger.debug({ err: error }, 'cannot check for unpublished changes of other replicas');
      })
      .finally(() => {
        this.looking = undefined;
      });
  }

  private reconcile(): void {
    this.replacedMeanwhile = this.background !== undefined;
    this.keepTrying(async () => {
      for (const message of await this.publisher.reconcile()) this.logger.error(message);
    });
  }

  /** Checks for a topic that was deleted and created again, or whose records were deleted: it lacks records of this process. */
  private watch(): void {
    if (this.watched) return;
    this.watched = this.publisher
      .isAnotherLog()
      .then((another) => {
        if (!another || this.replacedMeanwhile) return;
        this.logger.warn('the rules log or the spans log was replaced, or lost records; publishing the rules again');
        this.reconcile();
      })
      .catch((error: unknown) => {
        this.logger.debug({ err: error }, 'cannot check whether a log was replaced');
      })
      .finally(() => {
        this.watched = undefined;
      });
  }

  private keepTrying(publish: () => Promise<void>): void {
    this.background ??= retry(publish, {
      signal: this.stopping.signal,
      failed: (error, pause) => {
        this.logger.warn({ err: error, retry_in_ms: pause }, 'cannot publish rules; retrying');
        this.failing = { since: this.failing?.since ?? performance.now(), reason: error.message };
      },
      longest: 5_000,
    })
      .then(() => {
        this.failing = undefined;
      })
      .catch(() => {})
      .finally(() => {
        this.background = undefined;
        if (this.replacedMeanwhile && !this.stopping.signal.aborted) this.reconcile();
      });
  }
}
