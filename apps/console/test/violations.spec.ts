import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { describeConsole, problemsOf, TestBrowser } from './browser.js';
import { openShop, orderSpans, send, settled } from './shop-traces.js';

/** Traces close at once; late spans are taken for the whole test. */
const ENVIRONMENT = { BETRACE_TRACE_ROOT_GRACE: '50ms', BETRACE_TRACE_IDLE_TIMEOUT: '200ms', BETRACE_TRACE_LATE_WINDOW: '600s' };
const MANY_SPANS = 10_000;

describeConsole('violations', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  beforeAll(async () => {
    betrace = await BeTrace.start({ env: ENVIRONMENT });
    browser = await TestBrowser.start(() => betrace.url);
    await openShop(betrace);
    for (const order of [
      { id: 'order-1', checked: false, slow: true },
      { id: 'order-2', queries: 6 },
      { id: 'order-3', declined: true },
      { id: 'order-4', checked: false },
      { id: 'order-5' },
    ]) {
      await send(betrace, orderSpans(order));
    }
    await settled(betrace);
  });
  afterAll(async () => {
    await browser?.close();
    await betrace?.stop();
  });
  /** No error on the console, none of the content security policy's, no request to another host: in every test. */
  afterEach(async () => expect(await browser.closePages()).toEqual([]));

  const rowsOf = (page: Page) => page.locator('tr[data-row]');
  const pick = (page: Page, label: string) => page.getByLabel(label, { exact: true });
  const openViolation = async (ruleId: string, traceId: string): Promise<Page> => {
    const { body } = await betrace.json<{ violations: { id: string }[] }>(
      'GET',
      `/v1/violations?status=all&rule_id=${ruleId}&trace_id=${traceId}`,
    );
    expect(body.violations).toHaveLength(1);
    return browser.page(`/ui/violations/${body.violations[0]?.id}`);
  };

  it('are the first page, newest first, each with its message', async () => {
    const page = await browser.page('/');
    await rowsOf(page).first().waitFor();
    expect(new URL(page.url()).pathname).toBe('/ui/violations');
    expect(await rowsOf(page).count()).toBe(5);
    expect(await rowsOf(page).allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringMatching(/CRITICAL[\s\S]*charge without fraud check[\s\S]*check fraud[\s\S]*View Trace/)]),
    );
  });

  it('are filtered by the names of the guide, and the URL keeps the filters', async () => {
    const page = await browser.page('/ui/violations');
    await pick(page, 'Rule ID').selectOption('charge-without-check');
    await page.waitForURL(/rule_id=charge-without-check/);
    await becomes(() => rowsOf(page).count(), 2);
    await page.reload();
    await becomes(() => rowsOf(page).count(), 2);
    await pick(page, 'Rule ID').selectOption('');
    await pick(page, 'Severity').selectOption('LOW');
    await becomes(() => rowsOf(page).count(), 1);
    await pick(page, 'Time Range').selectOption({ label: 'Last 24h' });
    await page.waitForURL(/start_time=-24h/);
    await becomes(() => rowsOf(page).count(), 1);
    await pick(page, 'Limit').selectOption('100');
    await page.waitForURL(/severity=LOW.*limit=100|limit=100.*severity=LOW/);
    await page.goBack();
    await page.goBack();
    await becomes(() => rowsOf(page).count(), 1);
    await page.getByLabel('Search violations').fill('no such text');
    await page.getByText('Nothing matches these filters').waitFor();
    await page.getByRole('button', { name: 'Clear all' }).click();
    await becomes(() => rowsOf(page).count(), 5);
  });

  it('keep a year that is typed into a custom time range, digit by digit', async () => {
    const page = await browser.page('/ui/violations');
    await pick(page, 'Time Range').selectOption('custom');
    await pick(page, 'From').focus();
    // One digit a time: a year begins as the year 2.
    await page.keyboard.type('10152025', { delay: 100 });
    await page.keyboard.press('Enter');
    await becomes(() => pick(page, 'From').inputValue(), expect.stringMatching(/^2025-10-15T/));
    await becomes(() => rowsOf(page).count(), 5);
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('are not searched for a text that was cleared before the search began', async () => {
    const page = await browser.page('/ui/violations?rule_id=none');
    await page.getByText('Nothing matches these filters').waitFor();
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.getByLabel('Search violations').fill('no such text');
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.clock.runFor(2_000);
    expect(new URL(page.url()).search).toBe('');
    expect(await page.getByLabel('Search violations').inputValue()).toBe('');
  });

  it('are searched for the typed text, even with a percent sign, which the router would decode twice', async () => {
    const page = await browser.page('/ui/violations?rule_id=declined');
    const typed = '100%25 of a+b & 5%';
    await page.getByLabel('Search violations').fill(typed);
    await page.getByText('Nothing matches these filters').waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe(typed);
    await page.reload();
    await becomes(() => page.getByLabel('Search violations').inputValue(), typed);
    await pick(page, 'Severity').selectOption('LOW');
    await page.waitForURL(/severity=LOW/);
    expect(new URL(page.url()).searchParams.get('q')).toBe(typed);
    expect(await page.getByLabel('Search violations').inputValue()).toBe(typed);
  });

  it('stay selected through a reload, until the filters change; Back shows the former list', async () => {
    const page = await browser.page('/ui/violations?rule_id=charge-without-check');
    await becomes(() => rowsOf(page).count(), 2);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.waitForURL(/[?&]row=viol-/);
    await page.reload();
    await becomes(() => rowsOf(page).nth(1).getAttribute('aria-selected'), 'true');
    await pick(page, 'Rule ID').selectOption('');
    await becomes(() => rowsOf(page).count(), 5);
    expect(new URL(page.url()).searchParams.has('row')).toBe(false);
    expect(await page.locator('tr[aria-selected="true"]').count()).toBe(0);
    await page.goBack();
    await becomes(() => rowsOf(page).count(), 2);
    await becomes(() => rowsOf(page).nth(1).getAttribute('aria-selected'), 'true');
  });

  it('are filtered by their histogram, which counts what the list shows', async () => {
    const page = await browser.page('/ui/violations');
    const histogram = page.getByRole('slider', { name: /Violations over time/ });
    await histogram.focus();
    for (let moved = 0; moved < 60 && !/: [1-9]\d* violation/.test((await histogram.getAttribute('aria-valuetext')) ?? ''); moved++) {
      await histogram.press('ArrowLeft');
    }
    const counted = Number(/: (\d+) violation/.exec((await histogram.getAttribute('aria-valuetext')) ?? '')?.[1]);
    expect(counted).toBeGreaterThan(0);
    await histogram.press('Enter');
    await page.waitForURL(/start_time=\d+&end_time=\d+/);
    await becomes(() => rowsOf(page).count(), counted);
    expect(await pick(page, 'Time Range').inputValue()).toBe('custom');
  });

  it('have no histogram since 1970 at any time, if there are none', async () => {
    const page = await browser.page('/ui/violations?start_time=0&service=nowhere');
    await page.getByText('Nothing matches these filters').waitFor();
    const axis = () => page.locator('.histogram text.axis').allTextContents();
    await becomes(async () => (await axis()).filter((text) => text.includes(':')).length > 3, true);
    expect(await axis()).not.toContainEqual(expect.stringMatching(/^19\d\d-/));
  });

  it('are all found by a search whose pages end early, even empty ones, and counted as far as it scanned', async () => {
    const page = await browser.page('/ui/violations');
    await rowsOf(page).first().waitFor();
    let pages = 0;
    await page.route(/\/v1\/violations\?.*\bq=/, async (route) => {
      const url = new URL(route.request().url());
      const cursor = url.searchParams.get('cursor');
      // The server's answer after a thousand violations without a match.
      if (pages++ % 2 === 1) return route.fulfill({ json: { violations: [], total: 0, total_is: 'at_least', next: cursor } });
      url.searchParams.set('limit', '1');
      return route.fulfill({ response: await route.fetch({ url: url.href }) });
    });
    await page.route(/\/v1\/violations\/stats\?.*group_by=severity.*/, async (route) => {
      const response = await route.fetch();
      return route.fulfill({ response, json: { ...(await response.json()), total_is: 'at_least', counted_from: 1_700_000_000.5 } });
    });
    await page.goto(`${betrace.url}/ui/violations?q=order`);
    await becomes(async () => rowsOf(page).count(), 5);
    expect(pages).toBe(9);
    await page.getByText('searched back to 2023-11-14 22:13:20').waitFor();
  });

  it('are exported by the current filters', async () => {
    const page = await browser.page('/ui/violations?severity=CRITICAL');
    await becomes(() => rowsOf(page).count(), 2);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export CSV' }).click()]);
    expect(download.suggestedFilename()).toBe('violations.csv');
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
    expect(lines).toHaveLength(3);
    expect(lines.slice(1).every((line) => line.includes('charge-without-check'))).toBe(true);
  });

  it('announce new ones without moving a row', async () => {
    const page = await browser.page('/ui/violations?rule_id=declined');
    await becomes(() => rowsOf(page).count(), 1);
    await send(betrace, orderSpans({ id: 'order-6', declined: true, ago: 1_000 }));
    await settled(betrace);
    await page.getByText('1 new since you began to read').waitFor();
    expect(await rowsOf(page).count()).toBe(1);
    await page.keyboard.press('.');
    await becomes(() => rowsOf(page).count(), 2);
  });

  it('are read and opened by the keyboard alone', async () => {
    const page = await browser.page('/ui/violations?rule_id=charge-without-check');
    await becomes(() => rowsOf(page).count(), 2);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    expect(await rowsOf(page).nth(1).getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/ui\/violations\/viol-/);
    await page.getByRole('heading', { level: 1, name: 'charge without fraud check' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.reload();
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    // The frame has its dialog before the code of the page is there, which handles the second Escape.
    await page.locator('h1', { hasText: 'charge without fraud check' }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.searchParams.has('dialog'));
    await page.keyboard.press('Escape');
    await page.waitForURL(/\/ui\/violations$/);
  });

  it('have dialogs in the URL, and the end of one does not close the next', async () => {
    const page = await browser.page('/ui/rules/slow-checkout?dialog=keys');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.evaluate(() => history.pushState(null, '', '?dialog=delete'));
    await page.getByRole('dialog', { name: 'Delete the rule' }).waitFor();
    await page.goBack();
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    expect(await page.getByRole('dialog').count()).toBe(1);
    expect(new URL(page.url()).searchParams.get('dialog')).toBe('keys');
  });

  it('are not opened again by a search that was typed before another page opened', async () => {
    const page = await browser.page('/ui/violations');
    await rowsOf(page).first().waitFor();
    // The code of the page takes longer than the pause of typing.
    await page.route('**/assets/violation-page-*.js', async (route) => {
      await new Promise((later) => setTimeout(later, 600));
      await route.continue();
    });
    await page.getByLabel('Search violations').fill('charge');
    await page
      .getByRole('link', { name: /^View Trace of/ })
      .first()
      .click();
    await page.getByRole('region', { name: 'Why' }).waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/ui\/violations\/viol-/);
  });

  /** Its timers wait until the test lets them run. */
  const withTimersThatWait = async (page: Page): Promise<void> => {
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
  };

  it('are searched once: a pause of typing that Enter ended does not close what was opened since', async () => {
    const page = await browser.page('/ui/violations');
    await rowsOf(page).first().waitFor();
    await withTimersThatWait(page);
    const field = page.getByLabel('Search violations');
    await field.fill('charge');
    await field.press('Enter');
    await page.waitForURL(/q=charge/);
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('?');
    await page.waitForURL(/dialog=keys/);
    await page.clock.runFor(2_000);
    expect(new URL(page.url()).search).toBe('?q=charge&dialog=keys');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  });

  it('of other filters have no row that was selected in the list before', async () => {
    const page = await browser.page('/ui/violations?rule_id=charge-without-check');
    await becomes(() => rowsOf(page).count(), 2);
    await withTimersThatWait(page);
    await page.keyboard.press('j');
    await becomes(() => rowsOf(page).nth(0).getAttribute('aria-selected'), 'true');
    await pick(page, 'Rule ID').selectOption('');
    await page.clock.runFor(2_000);
    await page.clock.resume();
    await becomes(async () => (await rowsOf(page).count()) > 2, true);
    expect(new URL(page.url()).searchParams.has('row')).toBe(false);
    expect(await page.locator('tr[aria-selected="true"]').count()).toBe(0);
  });

  it('show why: each part of the rule with its value, its spans, and what is missing', async () => {
    const page = await openViolation('charge-without-check', 'order-1');
    const why = page.getByRole('region', { name: 'Why' });
    await why.getByText('trace.has(span.name == "charge card")').waitFor();
    await becomes(
      () => why.innerText(),
      expect.stringMatching(
        /and\s+true[\s\S]*1 of \d+\s+spans[\s\S]*charge card[\s\S]*not\s+true[\s\S]*check fraud[\s\S]*false[\s\S]*0 of \d+/,
      ),
    );
    const trace = page.getByRole('region', { name: 'Trace' });
    const witness = trace.locator('[data-witness="true"]');
    await becomes(() => witness.count(), 1);
    expect(await witness.innerText()).toMatch(/^A\s+charge card\s+payment/);
    expect(await trace.locator('.ghost').innerText()).toMatch(/^B\s+check fraud\s+missing[\s\S]*looked for in all \d+ spans: 0/);
    await page.locator('.facts').getByText('Valid', { exact: true }).waitFor();
    await page.locator('.facts').getByText('All its spans', { exact: true }).waitFor();
    await page
      .locator('.facts')
      .getByText(/^partition \d+, offset(s \d+ to)? \d+ \(signed\)$/)
      .waitFor();
    // The span that is selected is in the address, and its attributes are beside it.
    await trace.getByRole('row', { name: /POST \/checkout/ }).click();
    await page.waitForURL(/span=/);
    await page.getByRole('region', { name: 'POST /checkout' }).getByText('order.id').waitFor();
    await page.keyboard.press('j');
    await page.getByRole('region', { name: 'reserve stock' }).waitFor();
    await page.keyboard.press('k');
    await page.getByRole('region', { name: 'POST /checkout' }).waitFor();
    await page.keyboard.press(']');
    await page.getByRole('region', { name: 'charge card' }).getByText('payment.amount').waitFor();
    await page.keyboard.press('o');
    await becomes(() => trace.locator('.wf-rows [role="row"]').count(), 1);
    await page.waitForURL(/matches=1/);
  });

  it('keep the verdict that a late span retracted', async () => {
    await send(betrace, orderSpans({ id: 'order-4' }));
    await settled(betrace);
    const page = await openViolation('charge-without-check', 'order-4');
    await page.getByText('Taken back by revision 2').waitFor();
    await page.locator('.facts').getByText('Retracted', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Revision 1' }).click();
    await page.waitForURL(/revision=1/);
    await page.getByText('which a later revision replaced').waitFor();
    await page.locator('.facts').getByText('Stands', { exact: true }).waitFor();
    await page.goBack();
    await page.getByText('Taken back by revision 2').waitFor();
  });

  it('of ten thousand spans draw only visible rows, and reach the last one by a key', async () => {
    const begin = BigInt(Date.now() - 30_000) * 1_000_000n;
    const spans = Array.from({ length: MANY_SPANS }, (_, n) => ({
      trace_id: 'large',
      span_id: `s-${n}`,
      ...(n === 0 ? {} : { parent_id: `s-${Math.floor((n - 1) / 3)}` }),
      name: n % 100 === 0 ? 'query stock' : `work ${n}`,
      service: 'inventory',
      start_time: String(begin + BigInt(n) * 1_000_000n),
      end_time: String(begin + BigInt(n + 500) * 1_000_000n),
    }));
    await send(betrace, spans);
    await settled(betrace);
    const page = await openViolation('query-per-item', 'large');
    const grid = page.getByRole('treegrid');
    await grid.locator('[data-witness="true"]').first().waitFor();
    expect(await page.locator('.wf-ruler').innerText()).toContain('10,000 spans');
    expect(await grid.getByRole('row').count()).toBeLessThan(80);
    await grid.locator('[data-witness="true"]').first().click();
    await page.keyboard.press('End');
    await becomes(() => page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex')), String(MANY_SPANS));
    expect(await grid.getByRole('row').count()).toBeLessThan(80);
  });

  it.each([
    ['violations', '/ui/violations'],
    ['no-violations', '/ui/violations?q=nothing'],
    ['violation', 'charge-without-check'],
    ['no-such-page', '/ui/nothing'],
  ])('%s: is accessible, in dark and light, wide and narrow', async (name, where) => {
    const page = where.startsWith('/') ? await browser.page(where) : await openViolation(where, 'order-1');
    await page.waitForLoadState('networkidle');
    expect(await problemsOf(page, name)).toEqual([]);
  });
});
