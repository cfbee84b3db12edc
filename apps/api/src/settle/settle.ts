import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '#messaging';
import type { Store } from '#store';
import { ApiError } from '../api-error.js';
import { BarrierRound } from './barrier-round.js';

/** Requests that wait at a time. */
const MAX_WAITING = 100;
/** Milliseconds between two barriers: requests that come in between share the next one. */
const BETWEEN_BARRIERS = 50;
const FIRST_LOOK = 10;
const SLOWEST_LOOK = 200;

/**
 * Waits until all that was acknowledged before is judged, also the traces that were open, and its violations are in the store: by a
 * barrier in the log, so it holds for several processes too (decision 0018).
 */
export class Settle {
  private readonly stopping = new AbortController();
  private waiting = 0;
  /** The barrier that the requests of now will share, until it is appended. */
  private next: Promise<BarrierRound> | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly log: Log,
    private readonly store: Pick<Store, 'position'>,
    private readonly monotonic: () => number,
    /** Called while verdicts wait to be kept, perhaps by another process. */
    private readonly hurry: () => void = () => undefined,
  ) {}

  /**
   * Resolves when it is so. Rejects with BT_API_NOT_SETTLED (504) after `timeout` ms, which names what is missing; BT_API_TOO_MANY_WAIT
   * (429); BT_API_STOPPING (503); with the log's or store's error. `gone`: aborted when nobody waits any more.
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

  /** Sends those who wait away, so that the process can stop. */
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
      // From here on it is too late to join: later spans may lie after the barrier.
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
