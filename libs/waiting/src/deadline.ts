/** A timer that is late by more than this (ms) was held up by a pause of the process, or of the whole machine. */
const PAUSE_MS = 250;

/** Rejects with `late()` when the work takes longer; the work itself continues (a promise cannot be stopped). */
export async function withDeadline<T>(work: Promise<T>, milliseconds: number, late: () => Error): Promise<T> {
  const { cancel, over } = timeout(milliseconds);
  try {
    return await Promise.race([
      work,
      over.then(() => {
        throw late();
      }),
    ]);
  } finally {
    cancel();
  }
}

/** Resolves when the work is done or the time is over, whichever comes first. Rejects if the work does so in that time. */
export async function waitAtMost(work: Promise<unknown>, milliseconds: number): Promise<void> {
  const { cancel, over } = timeout(milliseconds);
  try {
    await Promise.race([work, over]);
  } finally {
    cancel();
  }
}

function timeout(milliseconds: number): { readonly cancel: () => void; readonly over: Promise<void> } {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  // After a pause of the whole process timers run before what arrived meanwhile: answers that are there already are read first.
  const end = (): void => void setImmediate(resolve);
  const due = performance.now() + milliseconds;
  const fire = (): void => {
    const paused = performance.now() - due;
    // When the whole machine paused, those that should answer had no time either.
    if (paused > PAUSE_MS) timer = setTimeout(end, Math.min(paused, milliseconds));
    else end();
  };
  let timer = setTimeout(fire, milliseconds);
  return { cancel: () => clearTimeout(timer), over };
}
