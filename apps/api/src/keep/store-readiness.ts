import { Behind, Degraded } from '#platform';
import { withDeadline } from '#waiting';

/** How long (ms) one question waits: below the deadline of a check, so that the answer names the database. */
const WAIT = 1_500;
/** From how many ms without an answer on a database is away. A new connection to a distant one takes several round trips. */
const AWAY = 5_000;

/**
 * Readiness of a store that may be far away. A check that takes longer than a question waits goes on, and the next question gets its result. A database that answers
 * late is slow: the process stays in service and says so. One that has not answered for five seconds is away.
 */
export class StoreReadiness {
  private running: { readonly answer: Promise<void>; readonly since: number } | undefined;
  /** How the last check that came to an end ended; undefined before the first did. */
  private last: { readonly took: number } | { readonly error: unknown } | undefined;

  constructor(
    private readonly look: () => Promise<void>,
    private readonly monotonic: () => number,
    private readonly wait = WAIT,
    private readonly away = AWAY,
  ) {}

  /** Rejects the store's error, Degraded when the database is away, and Behind when it is slow. */
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
    // Nobody may be waiting for it any more.
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
