import { setTimeout as pause } from 'node:timers/promises';

/** Asks until the answer is no longer undefined; fails after 5 s. */
export async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + 5_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error('it did not happen within 5 s');
    await pause(5);
  }
}
