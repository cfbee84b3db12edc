import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes, readAgain } from './becomes.js';
import { describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { goByKeys } from './go-by-keys.js';
import { openShop, orderSpans, send, settled } from './shop-traces.js';
import { withConsole } from './with-console.js';

describeConsole('overview', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withConsole((console) => {
    ({ betrace, browser } = console);
  });

  const hop = (page: Page, name: string) =>
    page.getByRole('region', { name: 'The way of a span' }).getByRole('listitem').filter({ hasText: name });
  const figure = (page: Page, question: string) =>
    page.locator('dl.facts > div').filter({ hasText: question }).locator('dd.figure').innerText();
  const equation = async (page: Page) =>
    Object.fromEntries(
      await page
        .locator('.equation [data-part]')
        .evaluateAll((parts) =>
          parts.map((part) => [part.getAttribute('data-part'), Number(part.querySelector('.big')?.textContent?.replace(/,/g, ''))]),
        ),
    );
  const panel = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

  it('of a server without spans says so, and shows no unknown figure as 0', async () => {
    const page = await browser.page('/ui/overview');
    await page.getByText('Judging, 0 spans behind').waitFor();
    await panel(page, 'Needs attention').getByText('Nothing does.').waitFor();
    await panel(page, 'Why traces were closed').getByText('No trace was closed').waitFor();
    await panel(page, 'Loudest rules').getByText('No rule was violated').waitFor();
    expect(await figure(page, 'Certain to listed')).toBe('–');
    await becomes(() => equation(page), { received: 0, judged: 0, rejected: 0, duplicates: 0, on_the_way: 0 });
    await becomes(() => figure(page, 'Violations in 24 h'), '0');
    await becomes(() => hop(page, 'Export').innerText(), expect.stringMatching(/off[\s\S]*--otel-endpoint/));
    expect(await problemsOf(page, 'overview-empty')).toEqual([]);
  });

  it('shows spans, rates, violations, and what needs attention', async () => {
    await openShop(betrace);
    const failing = { id: 'order-by-number', name: 'order by number', expression: 'attribute.order.id > 5' };
    const undecided = { id: 'order-or-not', name: 'order or not', expression: 'attribute.order.id > 5', on_error: 'undecided' };
    for (const rule of [failing, undecided]) expect((await betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
    for (const order of [
      { id: 'order-1', checked: false },
      { id: 'order-2', checked: false },
      { id: 'order-3', slow: true },
    ])
      await send(betrace, orderSpans(order));
    const again = orderSpans({ id: 'order-again' });
    for (let times = 0; times < 3; times++) await send(betrace, again);
    await settled(betrace);
    // Evaluators report some seconds later; the page requests it twice a minute.
    await becomes(async () => {
      const { body } = await betrace.json<{ rules: { health: { evaluation_errors: number } }[] }>('GET', '/v1/rules?health=true');
      return body.rules.filter(({ health }) => health.evaluation_errors > 0).length;
    }, 2);
    const page = await browser.page('/ui/violations');
    await page.locator('tr[data-row]').first().waitFor();
    await goByKeys(page, 'o', /\/ui\/overview$/);
    await becomes(() => figure(page, 'Violations in 24 h'), '3');
    // 4 + 4 + 5 spans of the orders and 5 of the one that came three times.
    await becomes(() => equation(page), { received: 28, judged: 18, rejected: 0, duplicates: 10, on_the_way: 0 });
    await panel(page, 'Is it looking at everything?').getByText('adds up').waitFor();
    await becomes(() => figure(page, 'Certain to listed'), expect.stringMatching(/^[\d.]+ (µs|ms|s)$/));
    await becomes(async () => (await panel(page, 'Why traces were closed').innerText()).includes('100 %'), true);
    await becomes(() => hop(page, 'Evaluator').innerText(), expect.stringMatching(/[\d.]+ (µs|ms|s) for a request through all rules/));
    const loudest = panel(page, 'Loudest rules').getByRole('row');
    await becomes(async () => (await loudest.first().innerText()).includes('charge without fraud check'), true);
    const attention = panel(page, 'Needs attention');
    await attention.getByText(/order by number failed on \d+ of \d+ evaluations/).waitFor();
    await attention.getByText('A failed evaluation is undecided, as the rule says.').waitFor();
    await becomes(() => figure(page, 'Undecided in 24 h'), '4');
    await page.getByLabel('Time Range').selectOption('Last 1h');
    await becomes(() => figure(page, 'Violations in 1 h'), '3');
    expect(new URL(page.url()).search).toBe('?start_time=-1h');
    await becomes(() => figure(page, 'Undecided in 1 h'), '4');
    const ofLoudest = loudest.first().getByRole('link').last();
    await becomes(() => ofLoudest.getAttribute('href'), expect.stringMatching(/rule_id=charge-without-check&start_time=-1h$/));
    await page.getByLabel('Time Range').selectOption('Last 24h');
    await becomes(() => figure(page, 'Violations in 24 h'), '3');
    await panel(page, 'Spans a second').getByRole('img').waitFor();
    await send(betrace, orderSpans({ id: 'order-4', queries: 30 }));
    // Within a minute of the first reading, later spans give a rate above 0.
    await becomes(async () => Number.parseFloat(await figure(page, 'Received')) > 0, true);
    expect(await problemsOf(page, 'overview')).toEqual([]);
    // The chosen range is that of violations alone: each panel says the time that it covers, on a phone, too.
    await page.setViewportSize({ width: 390, height: 844 });
    for (const [name, time] of [
      ['Is it looking at everything?', 'all since this process started'],
      ['Needs attention', 'states of now, rules of the last 24 h, counts since the start'],
      ['Spans a second', 'as this tab read them, at most 10 min'],
      ['The way of a span', 'states of now, rates of the last minute'],
      ['Why traces were closed', 'since this process started'],
      ['Loudest rules', 'in the last 24 h'],
    ] as const)
      expect([name, await panel(page, name).getByText(time, { exact: true }).isVisible()]).toEqual([name, true]);
    expect(await page.locator('dl.facts').innerText()).toMatch(
      /judged, in the last minute[\s\S]*in the log now[\s\S]*of the latest \d+ violation/,
    );
    await page.setViewportSize({ width: 1440, height: 900 });
    await attention.getByRole('link', { name: /Fix: order by number/ }).click();
    await page.waitForURL(/\/ui\/rules\/order-by-number$/);
  });

  it('names the failing part with its reason, and the time of the last reading', async () => {
    const page = await browser.page('/ui/rules', {}, /status of 503/);
    const checks = {
      storage: 'the database is unavailable: connect ECONNREFUSED',
      rule_engine: 'ok',
      otlp_exporter: 'tempo:4317 refuses',
      notifications: 'off',
    };
    await page.route('**/ready', (route) => route.fulfill({ status: 503, json: { status: 'not_ready', checks } }));
    await page.getByRole('link', { name: 'Overview' }).click();
    await hop(page, 'Store').getByText('the database is unavailable').waitFor();
    await hop(page, 'Store').getByRole('img', { name: 'does not work' }).waitFor();
    await hop(page, 'Export').getByRole('img', { name: 'needs attention' }).waitFor();
    await page.getByText('Not ready', { exact: true }).last().waitFor();
    await page.route('**/metrics', (route) => route.fulfill({ status: 503, json: { status: 503, detail: 'the process ends' } }));
    await page.getByText(/No reading since .* the process ends/).waitFor();
    await becomes(() => figure(page, 'Received'), '–');
    expect(await problemsOf(page, 'overview-failing')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.unroute('**/metrics');
    await readAgain(page.getByRole('button', { name: 'Try again' }).first());
    await becomes(() => page.getByText(/No reading since/).count(), 0);
  });

  it('says that spans are missing, that the account is not exact, or unavailable', async () => {
    const page = await browser.page('/ui/rules', {}, /status of 503/);
    const account = (await betrace.json<{ total: { judged: number } }>('GET', '/v1/accounting')).body;
    const answer = async (more: object): Promise<void> => {
      await page.unroute('**/v1/accounting');
      await page.route('**/v1/accounting', (route) => route.fulfill({ json: { ...account, ...more } }));
    };
    await answer({ total: { ...account.total, judged: account.total.judged - 3, unaccounted: 3, rejected: { no_trace_id: 2 } } });
    await page.getByRole('link', { name: 'Overview' }).click();
    const whole = panel(page, 'Is it looking at everything?');
    await whole.getByText('3 spans are unaccounted for', { exact: true }).waitFor();
    await whole.getByText('rejected, no trace id: 2').waitFor();
    await panel(page, 'Needs attention').getByText('3 spans are unaccounted for since the start').waitFor();
    expect(await problemsOf(page, 'overview-unaccounted')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await answer({ total: undefined, exact: false, inexact: ['the log did not tell where it ends'] });
    await page.reload();
    await whole.getByText('This process is one of several').waitFor();
    await whole.getByText('the log did not tell where it ends').waitFor();
    await page.unroute('**/v1/accounting');
    await page.route('**/v1/accounting', (route) =>
      route.fulfill({ status: 503, json: { status: 503, detail: 'the log is unavailable' } }),
    );
    await page.getByText(/The account is of .* the log is unavailable/).waitFor();
  });

  /** As an API that is one of several processes answers: no figure of ingest and evaluation. */
  const alone = async (page: Page): Promise<void> => {
    await page.route('**/metrics', async (route) => {
      const text = await (await route.fetch()).text();
      const own = text
        .split('\n')
        .filter((line) => !/^betrace_(spans|ingest|rule|evaluat|trace|retry|log_time|shadow|undecided)/.test(line));
      await route.fulfill({ body: own.join('\n'), contentType: 'text/plain' });
    });
    await page.route('**/v1/accounting', async (route) => {
      const answer = await route.fetch();
      const { total: _, hops, ...account } = (await answer.json()) as { total: object; hops: { keep: object } };
      await route.fulfill({ response: answer, json: { ...account, hops: { keep: hops.keep } } });
    });
  };

  it('of an API alone shows the progress of all evaluators from the log, and where the other figures are', async () => {
    const page = await browser.page('/ui/rules');
    await alone(page);
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText('figures of the whole system').waitFor();
    await panel(page, 'Is it looking at everything?').getByText('This process is one of several').waitFor();
    await becomes(
      () => hop(page, 'Evaluator').innerText(),
      expect.stringMatching(/\d+ records? behind[\s\S]*of 4 partitions, in all evaluators/),
    );
    await becomes(() => figure(page, 'Waiting for judgement'), expect.stringMatching(/^\d+$/));
    expect(await panel(page, 'Is it looking at everything?').getByText('adds up').count()).toBe(0);
    await becomes(() => hop(page, 'Ingest').innerText(), expect.stringMatching(/records\/s[\s\S]*by all processes/));
    await becomes(() => figure(page, 'Received'), expect.stringMatching(/records\/s$/));
    await panel(page, 'Why traces were closed').getByText('Evaluators in other processes know it').waitFor();
    expect(await panel(page, 'Spans a second').innerText()).toContain('the dashboards for Grafana add them up');
    expect(await problemsOf(page, 'overview-split')).toEqual([]);
  });

  it('of an API alone names the partitions without progress while spans wait', async () => {
    const page = await browser.page('/ui/rules');
    await alone(page);
    const { body } = await betrace.json<{ partitions: { partition: number; end_offset: number }[] }>('GET', '/v1/evaluation');
    await page.clock.install();
    await page.route('**/v1/evaluation', (route) =>
      route.fulfill({
        json: {
          ...body,
          behind_records: 40,
          partitions: body.partitions.map((each) =>
            each.partition === 2
              ? { ...each, judged_to: 10, behind_records: 40 }
              : { ...each, judged_to: each.end_offset, behind_records: 0 },
          ),
        },
      }),
    );
    await page.getByRole('link', { name: 'Overview' }).click();
    await becomes(() => hop(page, 'Evaluator').innerText(), expect.stringMatching(/40 records behind[\s\S]*in all evaluators/));
    for (let n = 0; n < 11; n++) {
      await page.clock.runFor(5_000);
      await page.waitForLoadState('networkidle');
    }
    await hop(page, 'Evaluator').getByText('1 of 4 partitions have not moved for most of a minute while records wait: 2').waitFor();
    await panel(page, 'Needs attention')
      .getByText(/^Evaluator: 1 of 4 partitions/)
      .waitFor();
  });

  it('of an API alone whose log cannot be read shows no figure as 0', async () => {
    const page = await browser.page('/ui/rules', {}, /status of 503/);
    await alone(page);
    await page.route('**/v1/evaluation', (route) => route.fulfill({ status: 503, json: { status: 503, detail: 'no broker answers' } }));
    await page.getByRole('link', { name: 'Overview' }).click();
    await hop(page, 'Ingest').getByText('in a process of its own').waitFor();
    await hop(page, 'Evaluator').getByText('in a process of its own').waitFor();
    expect(await figure(page, 'Waiting for judgement')).toBe('–');
    expect(await figure(page, 'Received')).toBe('–');
  });
});
