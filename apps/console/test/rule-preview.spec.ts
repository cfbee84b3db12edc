import { beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { openShop, orderSpans, send, settled } from './shop-traces.js';
import { withConsole } from './with-console.js';

const ORDERS = 40;
/** Orders of the shop with more than three queries of the stock, and with more than one. */
const MANY_QUERIES = 3;
const SOME_QUERIES = 8;

describeConsole('rules that are previewed or in shadow', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withConsole((console) => {
    ({ betrace, browser } = console);
  });
  beforeAll(async () => {
    await openShop(betrace);
    const orders = Array.from({ length: ORDERS }, (_, n) => ({
      id: `order-${n}`,
      queries: n < MANY_QUERIES ? 5 : n < SOME_QUERIES ? 2 : 1,
      slow: n === 0,
    }));
    for (const order of orders) await send(betrace, orderSpans(order));
    await settled(betrace);
  });

  const ruleOf = async (id: string) => (await betrace.json<{ mode: string; version: number }>('GET', `/v1/rules/${id}`)).body;
  const violationsOf = async (id: string) =>
    (await betrace.json<{ violations: object[] }>('GET', `/v1/violations?rule_id=${id}&status=all`)).body.violations.length;
  const panelOf = (page: Page) => page.getByRole('region', { name: 'Try it' });
  const wide = (page: Page) => page.setViewportSize({ width: 1440, height: 900 });

  it('show what an unsaved one would have found, and why', async () => {
    const page = await browser.page('/ui/rules/new?tab=preview');
    const panel = panelOf(page);
    await panel.getByText('What would it have found?').waitFor();
    expect(await panel.getByRole('button', { name: 'Preview' }).isDisabled()).toBe(true);
    expect(await problemsOf(page, 'preview-idle')).toEqual([]);
    await wide(page);
    await page.getByLabel('Name').fill('several queries');
    const text = page.getByRole('textbox', { name: 'Expression' });
    await text.fill('trace.count(span.name == "query stock") > 1');
    await page.getByText('No errors.').waitFor();
    await text.press('ControlOrMeta+Shift+Enter');
    await panel.getByText(`${SOME_QUERIES} of ${ORDERS} traces, 20 %`).waitFor();
    await panel.getByText('More than 5 % of the traces match.').waitFor();
    const samples = panel.getByRole('list', { name: 'Samples' }).getByRole('listitem');
    await samples.first().getByRole('button', { name: 'Why' }).click();
    await samples.first().getByText('query stock').first().waitFor();
    expect(await problemsOf(page, 'preview-done')).toEqual([]);
    await wide(page);
    await text.press('End');
    await text.press('Backspace');
    await text.pressSequentially('3');
    await panel.getByText('Of the text and the time before your last change.').waitFor();
    await page.getByText('No errors.').waitFor();
    await panel.getByRole('button', { name: 'Preview' }).click();
    await panel.getByText(`${MANY_QUERIES} of ${ORDERS} traces, 7.5 %`).waitFor();
    expect((await betrace.json('GET', '/v1/rules/several-queries')).status).toBe(404);
  });

  it('show what a changed text finds and misses, compared with the saved one', async () => {
    const page = await browser.page('/ui/rules/query-per-item?tab=preview');
    const panel = panelOf(page);
    const text = page.getByRole('textbox', { name: 'Expression' });
    await text.fill('trace.count(span.name == "query stock") == 2 or trace.has(span.name == "POST /checkout" and span.duration > 1s)');
    await page.getByText('No errors.').waitFor();
    await panel.getByRole('button', { name: 'Preview' }).click();
    const beside = panel.getByRole('region', { name: 'Beside version 1' });
    await becomes(
      async () => (await beside.getByRole('definition').allInnerTexts()).map(Number),
      [SOME_QUERIES - MANY_QUERIES, 1, MANY_QUERIES - 1],
    );
    await panel.getByRole('button', { name: 'Only version 1' }).click();
    const samples = panel.getByRole('list', { name: 'Samples' }).getByRole('listitem');
    await becomes(() => samples.count(), MANY_QUERIES - 1);
    await panel.getByRole('button', { name: 'Only this text' }).click();
    await becomes(() => samples.count(), SOME_QUERIES - MANY_QUERIES);
    await page.waitForURL(/[?&]preview=preview-/);
    await page.reload();
    await becomes(() => beside.getByRole('definition').count(), 3);
    expect(await problemsOf(page, 'preview-compared')).toEqual([]);
    // Who has the link, but not the text that is not saved.
    const other = await browser.page(new URL(page.url()).pathname + new URL(page.url()).search);
    await panelOf(other).getByText('Of another text than the editor has:').waitFor();
    await panelOf(other).getByText('trace.count(span.name == "query stock") == 2').waitFor();
    expect(await problemsOf(other, 'preview-of-a-link')).toEqual([]);
  });

  it('show their progress, and stop on cancel or when the page is left', async () => {
    const page = await browser.page('/ui/rules/declined?tab=preview');
    const deleted: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'DELETE') deleted.push(request.url());
    });
    // A job that does not end: real ones over a small log end at once.
    await page.route('**/v1/previews/*', async (route) => {
      if (route.request().method() === 'DELETE') return route.continue();
      const answer = await route.fetch();
      const job = (await answer.json()) as object;
      const progress = { records: 400, records_read: 132, traces: 4_100, matched_traces: 12 };
      return route.fulfill({ response: answer, json: { ...job, state: 'running', result: undefined, progress } });
    });
    const panel = panelOf(page);
    await panel.getByRole('button', { name: 'Preview' }).click();
    await panel.getByText('4,100 traces judged, 12 match, 33 % of the records read').waitFor();
    expect(await problemsOf(page, 'preview-running')).toEqual([]);
    await wide(page);
    await panel.getByRole('button', { name: 'Stop' }).click();
    await panel.getByText('Stopped. Nothing of it is kept.').waitFor();
    await becomes(async () => deleted.length, 1);
    await panel.getByRole('button', { name: 'Preview' }).click();
    await panel.getByText(/4,100 traces judged/).waitFor();
    await page.getByRole('link', { name: 'Violations' }).first().click();
    await becomes(async () => deleted.length, 2);
    // The page has sent the second; the server may not have seen it yet.
    const left = async () => {
      const { previews } = (await betrace.json<{ previews: { id: string }[] }>('GET', '/v1/previews')).body;
      return deleted.filter((url) => previews.some(({ id }) => url.endsWith(`/${id}`)));
    };
    await becomes(left, []);
  });

  it('show missing data, and errors', async () => {
    const page = await browser.page('/ui/rules/declined?tab=preview&preview=preview-of-yesterday', {}, /status of (404|429)/);
    const panel = panelOf(page);
    await panel.getByText(/has forgotten it, or another one answers/).waitFor();
    await page.route('**/v1/rules/preview', (route) =>
      route.fulfill({ status: 429, json: { status: 429, code: 'BT_API_PREVIEWS_BUSY', detail: 'too many previews wait' } }),
    );
    await panel.getByRole('button', { name: 'Preview' }).click();
    await panel.getByText(/There is no preview.*too many previews wait/).waitFor();
    expect(await problemsOf(page, 'preview-refused')).toEqual([]);
    await wide(page);
    await page.unroute('**/v1/rules/preview');
    await page.route('**/v1/previews/*', (route) => route.fulfill({ status: 404, json: { status: 404, detail: 'no such preview' } }));
    await panel.getByRole('button', { name: 'Try again' }).click();
    await panel.getByText(/has forgotten it, or another one answers/).waitFor();
    await page.unroute('**/v1/previews/*');
    await panel.getByRole('button', { name: 'Try again' }).click();
    await panel.getByText(`0 of ${ORDERS} traces, 0 %`).waitFor();
  });

  it('are put in shadow in the list, keep what they find, and notify no receiver', async () => {
    const page = await browser.page('/ui/rules');
    const mode = page.getByLabel('Mode of slow checkout');
    await mode.selectOption('shadow');
    await page.getByText('slow checkout is in shadow').waitFor();
    await becomes(async () => (await ruleOf('slow-checkout')).mode, 'shadow');
    await page.getByText('4 rules: 3 enforced, 1 in shadow').waitFor();
    const before = await violationsOf('slow-checkout');
    await send(betrace, orderSpans({ id: 'order-shadow', slow: true, ago: 1_000 }));
    await settled(betrace);
    await page.getByLabel('Mode', { exact: true }).selectOption('shadow');
    await page.waitForURL(/mode=shadow/);
    await becomes(() => page.locator('tr[data-row]').count(), 1);
    expect(await problemsOf(page, 'rules-in-shadow')).toEqual([]);
    await wide(page);
    await page.getByRole('link', { name: 'slow checkout' }).click();
    await page.getByRole('tab', { name: 'Shadow' }).click();
    const samples = page.getByRole('list', { name: 'Samples in shadow' }).getByRole('listitem');
    await samples.getByText('order-shadow', { exact: true }).waitFor();
    expect(await problemsOf(page, 'rule-in-shadow')).toEqual([]);
    await wide(page);
    expect(await violationsOf('slow-checkout')).toBe(before);
    await page.getByRole('combobox', { name: 'Mode', exact: true }).selectOption('off');
    await page.getByText('It is kept and judges nothing.').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await becomes(async () => (await ruleOf('slow-checkout')).mode, 'off');
    await becomes(() => page.getByRole('tab', { name: 'Shadow' }).count(), 0);
  });

  it('are put in shadow in bulk, with an undo', async () => {
    const page = await browser.page('/ui/rules');
    await page.getByLabel('Select declined charge').check();
    await page.getByLabel('Select one query per item').check();
    const bar = page.getByRole('group', { name: 'Change the selected rules' });
    await bar.getByRole('button', { name: 'Shadow' }).click();
    await page.getByText('2 rules were put in shadow').waitFor();
    expect([(await ruleOf('declined')).mode, (await ruleOf('query-per-item')).mode]).toEqual(['shadow', 'shadow']);
    await page.getByRole('button', { name: 'Undo' }).click();
    await becomes(async () => [(await ruleOf('declined')).mode, (await ruleOf('query-per-item')).mode], ['enforce', 'enforce']);
  });
});
