/** A timer that is late by more than this (ms) was held up by a pause of the process, or of the whole machine. */
const PAUSE_MS = 250;

/** Rejects with `late()` when the work takes longer; the work itself continues (a promise cannot be stopped). */
export async function withDeadline<T>(work: Promise<T>, milliseconds: number, late: () => Error): Promise<T> {
  const over = Promise.withResolvers<never>();
  const deadline = new Deadline(milliseconds, () => over.reject(late()));
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    deadline.clear();
  }
}

/** Resolves when the work is done or the time is over, whichever comes first. Rejects if the work does so in that time. */
export async function waitAtMost(work: Promise<unknown>, milliseconds: number): Promise<void> {
  const over = Promise.withResolvers<void>();
  const deadline = new Deadline(milliseconds, over.resolve);
  try {
    await Promise.race([work, over.promise]);
  } finally {
    deadline.clear();
  }
}

/** A time limit for something that arrives: an answer, a message. A pause of the process, or of the whole machine, does not count. */
export class Deadline {
  private timer: NodeJS.Timeout;
  private reading: NodeJS.Immediate | undefined;
  private held = true;

  /** @param late called once, after this many milliseconds */
  constructor(milliseconds: number, late: () => void) {
    // After a pause of the whole machine timers run before what arrived meanwhile: answers that are there already are read first.
    const end = (): void => {
      this.reading = setImmediate(late);
    };
    const due = performance.now() + milliseconds;
    this.timer = setTimeout(() => {
      const paused = performance.now() - due;
      // When the whole machine paused, those that should answer had no time either.
      if (paused <= PAUSE_MS) return end();
      this.timer = setTimeout(end, Math.min(paused, milliseconds));
      if (!this.held) this.timer.unref();
    }, milliseconds);
  }

  /** Lets the process end before the deadline. */
  unref(): this {
    this.held = false;
    this.timer.unref();
    return this;
  }

  /** Nothing is late any more. */
  clear(): void {
    clearTimeout(this.timer);
    clearImmediate(this.reading);
  }
}
