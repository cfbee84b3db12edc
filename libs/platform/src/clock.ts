/** The wall clock, as an argument: only `systemClock` reads the real one, so that tests set their own. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Milliseconds that only go up, for measuring how long something took. */
  monotonic(): number;
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** Injection token of the Clock. */
export const CLOCK = Symbol('Clock');
