import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { BeTrace } from '../../../test/harness/betrace.js';
import { describeConsole, problemsOf, TestBrowser } from './browser.js';
import { withConsole } from './with-console.js';

describeConsole('an empty server', () => {
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

  it('leads from an empty server to the first violations and their explanation by one button', async () => {
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

describeConsole('a first run, step by step', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withConsole((console) => {
    ({ betrace, browser } = console);
  });

  it('advances from an empty server to a violation by itself, and marks each finished step', async () => {
    const begun = Date.now();
    const page = await browser.page('/');
    await page.getByRole('link', { name: 'Step by step' }).click();
    await page.waitForURL(/\/ui\/first-run$/);
    const step = (title: string) => page.locator('.tour > li').filter({ hasText: title });
    await step('BeTrace runs').getByRole('img', { name: 'done' }).waitFor();
    await step('Send spans').getByRole('img', { name: 'now' }).waitFor();
    await step('Say what must not happen').getByRole('img', { name: 'later' }).waitFor();
    await page.getByRole('region', { name: 'Connection' }).getByText('Storage').waitFor();
    expect(await step('Send spans').locator('pre').innerText()).toContain(`OTEL_EXPORTER_OTLP_ENDPOINT=${betrace.url}`);
    await step('Send spans').getByRole('button', { name: 'curl' }).click();
    expect(await step('Send spans').locator('pre').innerText()).toContain(`${betrace.url}/v1/spans`);
    expect(await problemsOf(page, 'tour')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await step('Send spans').getByRole('button', { name: 'Send test traces' }).click();
    await step('Send spans').getByRole('img', { name: 'done' }).waitFor();
    await step('Say what must not happen').getByRole('button', { name: 'Create these 3 rules' }).click();
    await step('Say what must not happen').getByRole('img', { name: 'done' }).waitFor();
    // Earlier spans are not judged by later rules, and the step says so.
    await step('Look at the first violation').getByText('A rule judges what comes after it.').waitFor();
    await step('Look at the first violation').getByRole('button', { name: 'Send test traces' }).click();
    await page.getByText('All four steps are done.').waitFor();
    expect(await problemsOf(page, 'tour-done')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('link', { name: 'View Trace' }).click();
    await page.waitForURL(/\/ui\/violations\/viol-/);
    await page.getByRole('region', { name: 'Why' }).waitFor();
    expect(Date.now() - begun).toBeLessThan(300_000);
  });

  it('shows the usual reasons after a minute without spans, and what was refused meanwhile', async () => {
    const other = await BeTrace.start({});
    const page = await browser.page('/ui/rules');
    try {
      await page.clock.install();
      for (const path of ['**/v1/attributes*', '**/v1/violations?*'])
        await page.route(path, async (route) => {
          const { pathname, search } = new URL(route.request().url());
          await route.fulfill({ json: await (await fetch(`${other.url}${pathname}${search}`)).json() });
        });
      await fetch(`${betrace.url}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: 'no spans' });
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog', { name: 'Commands' }).getByRole('combobox').fill('First run');
      await page.keyboard.press('Enter');
      await page.getByText('An application sends its own').waitFor();
      expect(await page.getByText('Nothing came for a minute').count()).toBe(0);
      await page.clock.runFor(61_000);
      await page.getByText('Nothing came for a minute').waitFor();
      await page.getByText(`gRPC was sent to ${betrace.url}, which takes http/protobuf`).waitFor();
      await page.getByText(/This server refused \d+ request/).waitFor();
      expect(await problemsOf(page, 'tour-nothing-comes')).toEqual([]);
    } finally {
      // A request that is under way would fail with the server that it was sent to.
      await page.unrouteAll({ behavior: 'wait' });
      await other.stop();
    }
  });
});
