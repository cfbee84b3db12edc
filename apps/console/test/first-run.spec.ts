import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { BeTrace } from '../../../test/harness/betrace.js';
import { describeConsole, problemsOf, TestBrowser } from './browser.js';

describeConsole('a server that has nothing yet', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  beforeAll(async () => {
    betrace = await BeTrace.start({ env: { BETRACE_TRACE_ROOT_GRACE: '50ms' } });
    browser = await TestBrowser.start(() => betrace.url);
  });
  afterAll(async () => {
    await browser?.close();
    await betrace?.stop();
  });
  afterEach(async () => expect(await browser.closePages()).toEqual([]));

  it('leads from nothing to the first violations by one button, and to why they are', async () => {
    const page = await browser.page('/');
    await page.getByText('No rule is in force, so nothing is looked for.').waitFor();
    expect(await problemsOf(page, 'first-run')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('button', { name: 'Create three rules and send test traces' }).click();
    const found = page.getByRole('link', { name: 'Personal data without audit', exact: true });
    await found.waitFor();
    expect(await page.locator('tr[data-row]').count()).toBe(3);
    await found.click();
    await page.getByRole('region', { name: 'Trace' }).locator('.ghost').getByText('audit.log').waitFor();
  });
});
