import { expect } from '@jest/globals';
import type { Locator } from 'playwright-core';

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

/** Clicks the button that reads again, until it is gone: a page that also reads by itself may remove it before the click. */
export async function readAgain(button: Locator): Promise<void> {
  await becomes(async () => {
    await button.click({ timeout: 2_000 }).catch(() => undefined);
    return button.count();
  }, 0);
}
