import { expect, it } from '@jest/globals';
import { becomes } from './becomes.js';
import { describeConsole, type TestBrowser } from './browser.js';
import { withConsole } from './with-console.js';

/** Each with days on which its clocks are put forward or back. */
const ZONES = ['Europe/Berlin', 'America/St_Johns', 'Pacific/Apia', 'Australia/Lord_Howe'];
/** There is no such time of day in Berlin; and one that is there twice. */
const [FORWARD, BACK] = ['2026-03-29T02:30:00', '2026-10-25T02:30:00'];

describeConsole('time zones', () => {
  let browser: TestBrowser;
  withConsole((console) => {
    ({ browser } = console);
  });

  it.each(ZONES)('change no time: all are in UTC, also on days when the clocks of %s change', async (timezoneId) => {
    const seconds = (text: string): string => String(Date.parse(`${text}Z`) / 1_000);
    const link = `/ui/violations?start_time=${seconds(FORWARD)}&end_time=${seconds(BACK)}`;
    const page = await browser.page(link, { timezoneId });
    const [from, to] = [page.getByLabel('From', { exact: true }), page.getByLabel('to', { exact: true })];
    await becomes(() => from.inputValue(), expect.stringMatching(/^2026-03-29T02:30/));
    await becomes(() => to.inputValue(), expect.stringMatching(/^2026-10-25T02:30/));
    await from.fill(BACK);
    await from.press('Enter');
    await page.waitForURL((url) => url.searchParams.get('start_time') === seconds(BACK));
    await from.fill(FORWARD);
    await from.press('Enter');
    await page.waitForURL((url) => url.searchParams.get('start_time') === seconds(FORWARD));
    const slider = page.getByRole('slider', { name: /Violations over time/ });
    await slider.press('Home');
    await becomes(() => slider.getAttribute('aria-valuetext'), expect.stringMatching(/^2026-03-29 02:30 to .* UTC: 0 violations$/));
  });
});
