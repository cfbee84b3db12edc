import { beforeAll, expect, it } from '@jest/globals';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { openShop, orderSpans, send, settled } from './shop-traces.js';
import { withConsole } from './with-console.js';

/** A path that cannot be decoded, or a query with parts that cannot; what the page shows; what is left of the address. */
const LINKS = [
  ['/ui/rules/%E0%A4%A', 'There is no such rule.', '/ui/rules/%E0%A4%A'],
  ['/ui/rules/%', 'There is no such rule.', '/ui/rules/%'],
  ['/ui/violations/%', 'There is no such violation.', '/ui/violations/%'],
  ['/ui/%', 'There is no such page', '/ui/%'],
  ['/ui/rules/a%00b', 'The rule could not be read.', '/ui/rules/a%00b'],
  ['/ui/violations?q=%E0%A4%A&severity=LOW', 'declined', '/ui/violations?severity=LOW'],
  ['/ui/violations?trace_id=%00&start_time=%#%', 'charge without fraud check', '/ui/violations#%'],
  ['/ui/violations?%&view=groups&open=%&dialog=%&tick=%', 'charge without fraud check', '/ui/violations?view=groups'],
  ['/ui/rules?q=%&tag=%E0', '4 rules', '/ui/rules'],
  ['/ui/rules/new?expression=span.duration%20%3E%201s&name=%', 'New rule', '/ui/rules/new?expression=span.duration%20%3E%201s'],
  ['/ui/overview?%E0', 'Overview', '/ui/overview'],
  ['/ui/compliance?framework=%', 'No rule names a control', '/ui/compliance'],
] as const;

describeConsole('a damaged link', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withConsole((console) => {
    ({ betrace, browser } = console);
  });
  beforeAll(async () => {
    await openShop(betrace);
    await send(betrace, orderSpans({ id: 'order-1', checked: false, declined: true }));
    await settled(betrace);
  });

  it('shows what can be shown, and says what was left out', async () => {
    for (const [link, shown, left] of LINKS) {
      const page = await browser.page(link, {}, /status of 40[04]/);
      await page.getByText('This link is damaged.').waitFor();
      await page.locator('main').getByText(shown).filter({ visible: true }).first().waitFor();
      await becomes(async () => page.url(), betrace.url + left);
      await page.context().close();
    }
  });

  it('is accessible, and its message goes when it is closed', async () => {
    const page = await browser.page('/ui/violations?q=%');
    await page.getByText('Left out, because it cannot be read: 1 parameter, q.').waitFor();
    expect(await problemsOf(page, 'damaged-link')).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
    await becomes(() => page.getByText('This link is damaged.').count(), 0);
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});
