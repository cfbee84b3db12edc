import { setTimeout as pause } from 'node:timers/promises';

/** Asks until the answer is no longer undefined; fails after `patience` ms. */
export async function eventually<T>(ask: () => Promise<T | undefined>, patience = 5_000): Promise<T> {
  const deadline = performance.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`it did not happen within ${patience} ms`);
    await pause(5);
  }
}
