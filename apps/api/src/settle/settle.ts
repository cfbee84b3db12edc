import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '#messaging';
import type { Store } from '#store';
import { ApiError } from '../api-error.js';
import { BarrierRound } from './barrier-round.js';

/** Maximum of waiting requests. */
const MAX_WAITING = 100;
/** Milliseconds between two barriers: requests in between share the next one. */
const BETWEEN_BARRIERS = 50;
const FIRST_LOOK = 10;
const SLOWEST_LOOK = 200;

/**
 * Waits until all spans acknowledged before are judged, in open traces too, with their violations in the store. It uses a barrier in the log, so it covers
 * several processes (decision 0018).
 */
export class Settle {
  private readonly stopping = new AbortController();
  private waiting = 0;
  /** The next barrier, which current requests share, until it is appended. */
  private next: Promise<BarrierRound> | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly log: Log,
    private readonly store: Pick<Store, 'position'>,
    private readonly monotonic: () => number,
    /** Called while verdicts wait to be stored, perhaps by another process. */
    private readonly hurry: () => void = () => undefined,
  ) {}

  /**
   * Resolves when all is settled. Rejects BT_API_NOT_SETTLED (504) after `timeout` ms, with what is missing; BT_API_TOO_MANY_WAIT (429); BT_API_STOPPING (503);
   * or the log's or the store's error.
   * @param gone aborted when the client is gone
   */
  async wait(timeout: number, gone?: AbortSignal): Promise<void> {
    if (this.waiting >= MAX_WAITING) throw new ApiError('BT_API_TOO_MANY_WAIT', { limit: MAX_WAITING });
    this.waiting++;
    try {
      const deadline = this.monotonic() + timeout;
      const round = await this.join();
      for (let look = FIRST_LOOK; !(await round.look()); look = Math.min(SLOWEST_LOOK, look * 1.5)) {
        if (this.stopping.signal.aborted) throw new ApiError('BT_API_STOPPING', {});
        if (gone?.aborted) return;
        const left = deadline - this.monotonic();
        if (left <= 0) throw notSettled(timeout, round);
        await pause(Math.min(look, left), undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    } finally {
      this.waiting--;
    }
  }

  /** Rejects all waiting requests, so that the process can stop. */
  stop(): void {
    this.stopping.abort();
  }

  /** A round whose barrier is appended after this call. */
  private join(): Promise<BarrierRound> {
    this.next ??= this.begin();
    return this.next;
  }

  private begin(): Promise<BarrierRound> {
    const round = this.last.then(() => {
      // Too late to join from here: later spans may come after the barrier.
      this.next = undefined;
      return BarrierRound.begin(this.log, this.store, this.hurry);
    });
    this.last = round.then(() => pause(BETWEEN_BARRIERS, undefined, { ref: false })).catch(() => undefined);
    return round;
  }
}

function notSettled(timeout: number, round: BarrierRound): ApiError {
  const missing = round.missing();
  const errors = missing.map((message) => ({ message }));
  return new ApiError('BT_API_NOT_SETTLED', { timeout: `${timeout} ms`, missing: missing.join('; ') }, errors);
}
