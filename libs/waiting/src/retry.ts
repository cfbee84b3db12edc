import { setTimeout as pause } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';

export interface RetryOptions {
  /** Ends the waiting: `retry` then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Called after each failure with the pause (ms) before the next attempt. */
  readonly failed: (error: Error, pause: number) => void;
  /** Errors for which another attempt is pointless; default none. */
  readonly hopeless?: (error: Error) => boolean;
  /** Milliseconds that must pass before the next attempt, whatever the other pauses are; default none. */
  readonly atLeast?: (error: Error) => number;
  /** First and longest pause, milliseconds. */
  readonly first?: number;
  readonly longest?: number;
}

/**
 * Does the work until it succeeds, however long that takes: an outage delays, it does not drop. Exponential back-off:
 * pauses double, with a jitter of a quarter, so that many members do not try at the same time.
 */
export async function retry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, failed, hopeless = () => false, atLeast = () => 0, first = 100, longest = 30_000 } = options;
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (thrown) {
      // Not `instanceof`: an error of Node's own parsers may come from another realm, and only its code matters.
      const error = isNativeError(thrown) ? thrown : new Error(String(thrown));
      if (signal.aborted || hopeless(error)) throw error;
      const wait = Math.round(Math.max(atLeast(error), Math.min(longest, first * 2 ** attempt) * (0.75 + Math.random() / 2)));
      failed(error, wait);
      await pause(wait, undefined, { signal });
    }
  }
}
