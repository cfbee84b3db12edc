import { expect } from '@jest/globals';

const TIMEOUT_MS = 60_000;

/** Repeats a request until the expected answer; fails with the difference. */
export async function becomes(ask: () => Promise<unknown>, wanted: unknown): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    const answer = await ask();
    try {
      expect(answer).toEqual(wanted);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}
