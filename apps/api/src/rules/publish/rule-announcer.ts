import { Behind, type Logger } from '#platform';
import { retry, withDeadline } from '#waiting';
import type { RulePublisher } from './rule-publisher.js';

/** How long an answer waits for the change to be in force. */
const TIMEOUT_MS = 2_000;
/** How long (ms) attempts must fail before readiness says so. */
const TOLD = 3_000;
/** Milliseconds between two looks at what other replicas left: two of them, and a change of a replica that died is in force. */
const LOOK = 750;
/** Milliseconds between two looks at whether the logs are the same still. */
const LOOK_AT_LOGS = 5_000;
/** Milliseconds between two markers of rules that do not change: the spans log keeps its records for longer. */
const RENEW = 10 * 60_000;

/** `published`: in force for every span that is sent after the answer. `pending`: stored, and in force as soon as the log can be written. */
export type Publication = 'published' | 'pending';

/**
 * Publishes stored rule changes to the log: at once for the request that made them, and again with back-off while the log or the store is unavailable, also
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

  constructor(
    private readonly publisher: RulePublisher,
    private readonly logger: Logger,
  ) {}

  /**
   * Publishes what an earlier process left, without waiting for it, and what a log that is not of the store's age lacks; from then on
   * what a replica leaves that dies.
   */
  start(): void {
    this.reconcile();
    this.timer = setInterval(() => this.look(), LOOK);
    this.timer.unref();
    this.watching = setInterval(() => this.watch(), LOOK_AT_LOGS);
    this.watching.unref();
    this.renewing = setInterval(() => this.keepTrying(() => this.publisher.renew()), RENEW);
    this.renewing.unref();
  }

  /** Waits, but not for long: the change itself is safe. */
  async announce(): Promise<Publication> {
    try {
      await withDeadline(this.publisher.publish(), TIMEOUT_MS, () => new Error(`not published within ${TIMEOUT_MS} ms`));
      return 'published';
    } catch (error) {
      this.logger.warn({ err: error }, 'a change of rules is stored, but not yet in the log');
      // An attempt may take longer than this before it fails: a topic that is gone.
      this.failing ??= { since: performance.now() - TIMEOUT_MS, reason: (error as Error).message };
      this.keepTrying(() => this.publisher.publish());
      return 'pending';
    }
  }

  /** Throws while stored rules cannot be written to the log: they are not in force. Other requests are answered as usual. */
  check(): void {
    if (this.failing === undefined || performance.now() - this.failing.since < TOLD) return;
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

  /** While an attempt is under way, or waits for the next one, that one does it. */
  private look(): void {
    if (this.background || this.looking) return;
    this.looking = this.publisher
      .publishForgotten()
      .catch((error: unknown) => {
        this.logger.debug({ err: error }, 'what other replicas left to publish is not known now');
      })
      .finally(() => {
        this.looking = undefined;
      });
  }

  private reconcile(): void {
    this.keepTrying(async () => {
      for (const said of await this.publisher.reconcile()) this.logger.error(said);
    });
  }

  /** A topic that somebody deletes while this runs is created again, and then lacks what this process published. */
  private watch(): void {
    if (this.watched) return;
    this.watched = this.publisher
      .isAnotherLog()
      .then((another) => {
        if (!another) return;
        this.logger.warn('the rules log or the spans log was replaced: it ends earlier than before; publishing the rules again');
        this.reconcile();
      })
      .catch((error: unknown) => {
        this.logger.debug({ err: error }, 'whether the logs are the same still is not known now');
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
      });
  }
}
