/** Thrown by a polled condition when further polling is useless. */
export class GivenUp extends Error {}

/** Polls until the answer is defined. Fails after `within` milliseconds with the last error, or because `what` did not happen; fails at once on `GivenUp`. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>, within = 10_000, pause = 25): Promise<T> {
  const deadline = Date.now() + within;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      last = undefined;
    } catch (error) {
      if (error instanceof GivenUp) throw new Error(`${what} did not happen`, { cause: error });
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`${what} did not happen within ${within} ms`, { cause: last });
    await new Promise((done) => setTimeout(done, pause));
  }
}
