/** Words of the shared state: the log's time at the last beat, and the monotonic clock then. */
const LOG = 0;
const MONOTONIC = 1;

/** Log time runs for this long (µs) after the last beat. Then it stops, because no receiver can append. */
const MAX_AFTER_BEAT_US = 1_000_000;
/** The wall clock may exceed the expected time by this much (µs) and is followed; a larger step is a pause. */
const MAX_STEP_US = 1_000_000;
/** A shorter pause (µs) gets no record. */
const MIN_PAUSE_US = 100_000;
/** The fraction of the real pace at which log time runs while it is ahead of the wall clock. */
const CATCHING_UP = 0.9;

/** The sources of time; tests replace them. */
export interface Clocks {
  /** Unix milliseconds; may jump. */
  readonly wall: () => number;
  /** Milliseconds of a clock that never jumps, the same for all threads of the process. */
  readonly monotonic: () => number;
}

export const SYSTEM_CLOCKS: Clocks = {
  wall: Date.now,
  // performance.now() counts from the start of its thread.
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
};

/** The result of a beat. */
export interface Beat {
  /** The log's time now, Unix ms. */
  readonly time: number;
  /** How long nothing could be appended until now, ms; mostly 0. */
  readonly pause: number;
  /** Applies the beat, once the pause is in the log. */
  take(): void;
}

/**
 * The clock of the embedded log. It follows the wall clock, with these differences:
 * - It never runs backwards, and never stands still because the wall clock does. While it is ahead (the wall clock was ahead and was set back), it runs at nine
 * tenths of the real pace until the wall clock has caught up.
 * - It beats while records can be appended. When the beats stop (the process is stopped, its event loop hangs, the disk is full), it stands still a second
 * later, in every thread. So no trace counts as silent while no span could be sent. The next beat, also of the next process, says how long the pause was.
 * A forward step of the wall clock is recorded as a pause too.
 *
 * The state is shared by the threads of the process; one of them beats. Between two beats a reader may see the time go back by a second when the wall clock is
 * set back. The timestamps of a partition do not (`TopicRecords`).
 */
export class LogClock {
  readonly #state: BigInt64Array;

  constructor(
    readonly shared: SharedArrayBuffer,
    readonly clocks: Clocks = SYSTEM_CLOCKS,
  ) {
    this.#state = new BigInt64Array(shared);
  }

  /** @param lastBeat the last beat (Unix ms) of an earlier process; without one the clock starts with the wall clock */
  static start(lastBeat: number | undefined, clocks: Clocks = SYSTEM_CLOCKS): LogClock {
    const clock = new LogClock(new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT), clocks);
    if (lastBeat === undefined) clock.#set(micros(clocks.wall()), micros(clocks.monotonic()));
    else clock.#set(micros(lastBeat), micros(clocks.monotonic()) - MAX_AFTER_BEAT_US);
    return clock;
  }

  /** The log's time, Unix ms. */
  now(): number {
    return Math.floor(this.#reached(micros(this.clocks.monotonic())).reached / 1_000);
  }

  /** By how much the log's time is ahead of the wall clock, ms. */
  ahead(): number {
    return Math.max(0, this.now() - this.clocks.wall());
  }

  beat(): Beat {
    const monotonic = micros(this.clocks.monotonic());
    const { reached, stands } = this.#reached(monotonic);
    const time = Math.max(reached, micros(this.clocks.wall()));
    // All since the last beat. For a partition in which the clock advanced since, the log counts less (`TopicRecords`).
    const pause = time - (stands && time > reached ? reached - MAX_AFTER_BEAT_US : reached);
    return {
      time: Math.floor(time / 1_000),
      pause: pause < MIN_PAUSE_US ? 0 : Math.floor(pause / 1_000),
      take: () => this.#set(time, monotonic),
    };
  }

  /** The log's time (µs) at a moment of the monotonic clock, while the last beat lasts. */
  #reached(monotonic: number): { readonly reached: number; readonly stands: boolean } {
    // Written in this order, a reader between the two writes sees a time too early, never too late.
    const log = Number(Atomics.load(this.#state, LOG));
    const elapsed = Math.min(Math.max(0, monotonic - Number(Atomics.load(this.#state, MONOTONIC))), MAX_AFTER_BEAT_US);
    if (elapsed === MAX_AFTER_BEAT_US) return { reached: log + MAX_AFTER_BEAT_US, stands: true };
    const reached = Math.min(Math.max(micros(this.clocks.wall()), log + elapsed * CATCHING_UP), log + elapsed + MAX_STEP_US);
    return { reached, stands: false };
  }

  #set(log: number, monotonic: number): void {
    Atomics.store(this.#state, MONOTONIC, BigInt(Math.floor(monotonic)));
    Atomics.store(this.#state, LOG, BigInt(Math.floor(log)));
  }
}

function micros(milliseconds: number): number {
  return milliseconds * 1_000;
}
