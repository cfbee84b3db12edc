/** Thrown by a polled condition when further polling is useless. */
export class GivenUp extends Error {}

/** How long (ms) something that happens within a second may take: machines stall for seconds, and share their cores. A passing test does not wait for it. */
const PATIENCE_MS = 60_000;

/** Polls until the answer is defined. Fails after `within` milliseconds with the last error, or because `what` did not happen; fails at once on `GivenUp`. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>, within = PATIENCE_MS, pause = 25): Promise<T> {
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

/** What a wait for progress needs, in addition to its condition. */
export interface Growing {
  /** Grows as long as there is progress. */
  readonly figure: () => Promise<number>;
  /** Milliseconds without progress after which the wait fails; default: 60,000. */
  readonly within?: number;
  readonly pause?: number;
  /** The failure includes it, and so names the cause. */
  readonly state?: () => Promise<unknown>;
}

/** Polls until the answer is defined, for as long as the figure grows: a busy machine may take any time. */
export async function whileGrowing<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  { figure, within = 60_000, pause = 200, state }: Growing,
): Promise<T> {
  let reached = Number.NEGATIVE_INFINITY;
  const answered = async (): Promise<{ readonly answer?: T } | undefined> => {
    const answer = await ask();
    if (answer !== undefined) return { answer };
    const now = await figure();
    if (now <= reached) return undefined;
    reached = now;
    return {};
  };
  for (;;) {
    try {
      const { answer } = await eventually(what, answered, within, pause);
      if (answer !== undefined) return answer;
      await new Promise((done) => setTimeout(done, pause));
    } catch (error) {
      const told = await state?.().catch((failure: unknown) => String(failure));
      const text = told === undefined ? '' : `, ${typeof told === 'string' ? told : JSON.stringify(told)}`;
      throw new Error(`${(error as Error).message} of no progress at ${reached}${text}`, { cause: error });
    }
  }
}

/** Polls a count until it is `due` or more, for as long as it grows. Returns it: it is above `due` if something came twice. */
export async function untilCount(
  what: string,
  due: number,
  count: () => Promise<number>,
  more: Omit<Growing, 'figure'> = {},
): Promise<number> {
  let last = 0;
  const isDue = async () => {
    last = await count();
    return last >= due ? last : undefined;
  };
  return whileGrowing(`${what} (${due})`, isDue, { ...more, figure: async () => last });
}
