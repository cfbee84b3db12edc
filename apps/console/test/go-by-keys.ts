import type { Page } from 'playwright-core';
import { becomes } from './becomes.js';

/** Goes to a place by `g` and its key. Again, if the machine pauses between them for longer than the page waits for the second. */
export async function goByKeys(page: Page, key: string, place: RegExp): Promise<void> {
  await becomes(async () => {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    return page.waitForURL(place, { timeout: 5_000 }).then(
      () => true,
      () => false,
    );
  }, true);
}
