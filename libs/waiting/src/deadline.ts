/** Rejects with `late()` when the work takes longer; the work itself continues (a promise cannot be stopped). */
export async function withDeadline<T>(work: Promise<T>, milliseconds: number, late: () => Error): Promise<T> {
  const { timer, over } = timeout(milliseconds);
  try {
    return await Promise.race([
      work,
      over.then(() => {
        throw late();
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when the work is done or the time is over, whichever comes first. Rejects if the work does so in that time. */
export async function waitAtMost(work: Promise<unknown>, milliseconds: number): Promise<void> {
  const { timer, over } = timeout(milliseconds);
  try {
    await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}

function timeout(milliseconds: number): { readonly timer: NodeJS.Timeout; readonly over: Promise<void> } {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  // After a pause of the whole process timers run before what arrived meanwhile: answers that are there already are read first.
  return { timer: setTimeout(() => setImmediate(resolve), milliseconds), over };
}
