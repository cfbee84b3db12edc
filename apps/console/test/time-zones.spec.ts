import { expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { becomes } from './becomes.js';
import { describeConsole, type TestBrowser } from './browser.js';
import { withConsole } from './with-console.js';

/** Days of Berlin: one has an hour twice, the other has none between two and three. */
const [BACK, FORWARD] = ['2026-10-25', '2021-03-28'];
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const secondsOf = (ms: number): string => String(ms / 1_000);
/** `2026-10-25 00:30`, or `2026-10-25`: in UTC. */
const msOf = (text: string): number => Date.parse(text.length === 10 ? text : `${text.replace(' ', 'T')}Z`);

describeConsole('days on which the clocks of a time zone change', () => {
  let browser: TestBrowser;
  withConsole((console) => {
    ({ browser } = console);
  });
  const inBerlin = (path: string): Promise<Page> => browser.page(path, { timezoneId: 'Europe/Berlin' });
  const fieldsOf = (page: Page) => [page.getByLabel('From', { exact: true }), page.getByLabel('to', { exact: true })] as const;
  const valuesOf = (page: Page) => Promise.all(fieldsOf(page).map(minuteOf));
  /** Browsers write the seconds, or do not where there are none. */
  const minuteOf = async (field: Locator) => (await field.inputValue()).slice(0, 16);
  const fieldText = (ms: number): string => new Date(ms).toISOString().slice(0, 16);

  it.each([
    [BACK, 1],
    [BACK, 7],
    [FORWARD, 1],
    [FORWARD, 7],
  ])('neither repeat nor leave out a part of a histogram: %s, %d days', async (day, days) => {
    const middle = msOf(day) + DAY_MS / 2;
    const [from, to] = [middle - (days * DAY_MS) / 2, middle + (days * DAY_MS) / 2];
    const page = await inBerlin(`/ui/violations?start_time=${secondsOf(from)}&end_time=${secondsOf(to)}`);
    const slider = page.getByRole('slider', { name: /Violations over time/ });
    await slider.waitFor();
    await becomes(() => valuesOf(page), [fieldText(from), fieldText(to)]);
    // Each bar begins where the one before ends, and all are as long.
    const bars = await page.locator('.bucket title').allTextContents();
    const times = bars.map((text) => {
      const [, begin = '', end = ''] = /^(.+) to (.+) UTC: 0 violations$/.exec(text) ?? [];
      return [msOf(begin), msOf(end)] as const;
    });
    const [step, ...others] = new Set(times.map(([begin, end]) => end - begin));
    expect([others, bars.length]).toEqual([[], Math.round((to - from) / (step ?? 0))]);
    expect(times.map(([begin]) => begin)).toEqual(times.map((_, index) => from + index * (step ?? 0)));
    expect(times.at(-1)?.[1]).toBe(to);
    // So are the labels of the axis, of which the first is that of the first bar.
    const labels = (await page.locator('.histogram text.axis').allTextContents()).filter((text) => text.includes('-'));
    const shown = labels.map((text) => msOf(text.length > 11 ? text : `${day.slice(0, 4)}-${text}`));
    expect([labels.length > 3, shown[0]]).toEqual([true, from]);
    expect(new Set(shown.slice(1).map((at, index) => at - (shown[index] ?? 0))).size).toBe(1);
    // A bar filters by what it says.
    await slider.press('Home');
    await slider.press('Enter');
    await page.waitForURL(({ searchParams }) => searchParams.get('end_time') === secondsOf(from + (step ?? 0)));
    expect(new URL(page.url()).searchParams.get('start_time')).toBe(secondsOf(from));
  });

  it('change no time that is typed or chosen, neither one that is there twice nor one that is not there', async () => {
    const page = await inBerlin(`/ui/violations?start_time=0&end_time=${secondsOf(msOf(BACK) + DAY_MS)}`);
    const [from] = fieldsOf(page);
    for (const day of [BACK, FORWARD]) {
      await from.fill(`${day}T02:30:00`);
      await from.press('Enter');
      await page.waitForURL(({ searchParams }) => searchParams.get('start_time') === secondsOf(msOf(`${day} 02:30`)));
      await becomes(() => minuteOf(from), `${day}T02:30`);
    }
    // A day back from now is 24 hours, not the same time of the day before.
    const range = page.getByLabel('Time Range', { exact: true });
    for (const day of [BACK, FORWARD]) {
      await range.selectOption('-24h');
      const now = msOf(day) + DAY_MS / 2;
      await page.clock.setFixedTime(now);
      await range.selectOption('custom');
      await becomes(() => valuesOf(page), [fieldText(now - DAY_MS), fieldText(now)]);
    }
  });
});
