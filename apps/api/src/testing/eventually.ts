import { setTimeout as pause } from 'node:timers/promises';

/** Calls `ask` until the result is defined; fails after `timeoutMs`. */
export async function eventually<T>(ask: () => Promise<T | undefined>, timeoutMs = 60_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`it did not happen within ${timeoutMs} ms`);
    await pause(5);
  }
}
