import { Behind, Degraded } from '#platform';
import { withDeadline } from '#waiting';

/** Timeout (ms) of one call: below the deadline of a check, so that the answer names the database. */
const CALL_TIMEOUT_MS = 1_500;
/** How long (ms) without an answer until a database counts as unavailable. A new connection to a distant one takes several round trips. */
const UNAVAILABLE_AFTER_MS = 5_000;

/**
 * Readiness of a store that may be remote. A check that outlasts a call continues, and the next call gets its result. A database that answers late is slow: the
 * process stays in service and reports it. One without an answer for five seconds is unavailable.
 */
export class StoreReadiness {
  private running: { readonly answer: Promise<void>; readonly since: number } | undefined;
  /** The result of the last finished check; undefined before the first. */
  private last: { readonly took: number } | { readonly error: unknown } | undefined;

  constructor(
    private readonly look: () => Promise<void>,
    private readonly monotonic: () => number,
    private readonly wait = CALL_TIMEOUT_MS,
    private readonly away = UNAVAILABLE_AFTER_MS,
  ) {}

  /** Rejects the store's error, Degraded when the database is unavailable, and Behind when it is slow. */
  async check(): Promise<void> {
    this.running ??= this.begin();
    const { answer, since } = this.running;
    await withDeadline(answer, this.wait, () => this.late(since));
  }

  private begin(): { readonly answer: Promise<void>; readonly since: number } {
    const since = this.monotonic();
    const answer = this.look().then(
      () => this.end({ took: this.monotonic() - since }),
      (error: unknown) => {
        this.end({ error });
        throw error;
      },
    );
    // There may be no one left to handle the rejection.
    answer.catch(() => undefined);
    return { answer, since };
  }

  private end(how: NonNullable<StoreReadiness['last']>): void {
    this.last = how;
    this.running = undefined;
  }

  private late(since: number): Error {
    const waited = this.monotonic() - since;
    if (waited >= this.away || this.last === undefined || 'error' in this.last) {
      return new Degraded(`the database gives no answer within ${Math.round(waited)} ms`);
    }
    return new Behind(
      `the database is slow: no answer within ${Math.round(waited)} ms; the last check took ${Math.round(this.last.took)} ms`,
    );
  }
}
