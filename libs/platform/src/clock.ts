/** The clock, as a parameter: only `systemClock` reads the real one, and tests set their own. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Monotonic milliseconds, for measuring durations. */
  monotonic(): number;
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** Injection token of the Clock. */
export const CLOCK = Symbol('Clock');
