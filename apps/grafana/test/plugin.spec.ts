import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from '../../console/test/becomes.js';
import { accessibilityOf, describeWithBrowser, TestBrowser } from '../../console/test/browser.js';
import { openShop, orderSpans, send, settled } from '../../console/test/shop-traces.js';
import { GrafanaHost, grafanaVersion, MAJORS, type Major, UID } from './grafana-host.js';

const ENVIRONMENT = { BETRACE_TRACE_ROOT_GRACE: '50ms', BETRACE_TRACE_IDLE_TIMEOUT: '200ms', BETRACE_TRACE_LATE_WINDOW: '600s' };
const PICTURES = resolve(import.meta.dirname, '../../../.cache/grafana');

/** The data source of the host's page, as Grafana's panels call it. */
interface Source {
  query(request: object): Promise<{ data: { name: string; meta?: object; fields: { name: string; values: unknown[] }[] }[] }>;
  metricFindQuery(query: string): Promise<{ text: string; value: string }[]>;
  testDatasource(): Promise<{ status: string; message: string }>;
}

/** Uses the plugin in a page of one Grafana's packages. */
const journeys = (major: Major) => () => {
  let betrace: BeTrace;
  let grafana: GrafanaHost;
  let browser: TestBrowser;
  beforeAll(async () => {
    betrace = await BeTrace.start({ env: ENVIRONMENT });
    grafana = await GrafanaHost.start(betrace.url, major);
    browser = await TestBrowser.start(() => grafana.url);
    await openShop(betrace);
    for (const order of [
      { id: 'order-1', checked: false, slow: true },
      { id: 'order-2', queries: 6 },
      { id: 'order-3', declined: true },
      { id: 'order-5' },
    ])
      await send(betrace, orderSpans(order));
    await settled(betrace);
  });
  beforeEach(() => {
    grafana.role = 'Admin';
    grafana.target = betrace.url;
  });
  afterAll(async () => {
    await browser?.close();
    await grafana?.stop();
    await betrace?.stop();
  });
  /** No error on the console and no request to another host. */
  afterEach(async () => expect(await browser.closePages()).toEqual([]));

  /** The findings of axe within the app, in dark and light. Saves screenshots. */
  const looked = async (path: string, name: string, ready: (page: Page) => Promise<unknown>): Promise<void> => {
    mkdirSync(PICTURES, { recursive: true });
    for (const theme of ['dark', 'light']) {
      const page = await browser.page(`${path}${path.includes('?') ? '&' : '?'}theme=${theme}`);
      await ready(page);
      await page.screenshot({ path: join(PICTURES, `${name}-${major}-${theme}.png`), fullPage: true });
      // Findings in an older Grafana concern components that Grafana has changed since.
      if (major === MAJORS[0]) expect([theme, await accessibilityOf(page)]).toEqual([theme, []]);
    }
  };
  const rule = (id: string) => betrace.json<{ enabled: boolean; severity: string; expression: string }>('GET', `/v1/rules/${id}`);
  const violationId = async (ruleId: string): Promise<string> => {
    const { body } = await betrace.json<{ violations: { id: string }[] }>('GET', `/v1/violations?rule_id=${ruleId}`);
    return body.violations[0]?.id ?? '';
  };

  it('is loaded beside the React of that Grafana', async () => {
    const page = await browser.page('/a/betrace-app/rules');
    await page.getByText('slow checkout').waitFor();
    const react = await page.evaluate(() => (globalThis as unknown as { reactVersion: string }).reactVersion);
    expect([react, grafanaVersion(major)]).toEqual(
      major === 13
        ? [expect.stringMatching(/^19\./), expect.stringMatching(/^13\./)]
        : [expect.stringMatching(/^18\./), expect.stringMatching(/^12\./)],
    );
  });

  it('lists rules', () => looked('/a/betrace-app/rules', 'rules', (page) => page.getByText('slow checkout').waitFor()));
  it('edits a rule in the editor of the console', () =>
    looked('/a/betrace-app/rules/charge-without-check', 'rule', (page) => page.locator('.cm-content').waitFor()));
  it('lists violations', () =>
    looked('/a/betrace-app/violations', 'violations', (page) => page.getByRole('link', { name: 'View Trace' }).first().waitFor()));
  it('shows why, and the trace with what is missing, as the console does', async () => {
    await looked(`/a/betrace-app/violations/${await violationId('charge-without-check')}`, 'violation', async (page) => {
      await page.locator('.wf-row.ghost').getByText('check fraud', { exact: true }).waitFor();
      await page.locator('.wf-row[data-witness="true"]').getByText('charge card', { exact: true }).waitFor();
      await page.getByText('1 of 4 spans').waitFor();
    });
  });
  it('has a page of its data sources', () =>
    looked('/plugins/betrace-app', 'configuration', async (page) => {
      await page.getByRole('button', { name: 'Test' }).click();
      await page.getByText('Grafana reaches BeTrace').waitFor();
    }));

  it('creates, disables and deletes a rule', async () => {
    grafana.role = 'Editor';
    const page = await browser.page('/a/betrace-app/rules', {}, /422/);
    await page.getByRole('link', { name: 'Create Rule' }).click();
    await page.getByLabel('Name').fill('slow database queries');
    await page.locator('.cm-content').click();
    await page.keyboard.type('span.durations > 500ms');
    await page.getByText("'span' has no field 'durations'").first().waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The rule was not saved.').waitFor();
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('span.duration > 500ms');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('slow database queries').waitFor();
    expect((await rule('slow-database-queries')).body).toMatchObject({
      enabled: true,
      severity: 'MEDIUM',
      expression: 'span.duration > 500ms',
    });
    await page.getByLabel('Enabled: slow database queries').click({ force: true });
    await becomes(async () => (await rule('slow-database-queries')).body.enabled, false);
    await page.getByRole('button', { name: 'Delete slow database queries' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await becomes(async () => (await rule('slow-database-queries')).status, 404);
  });

  it('keeps test cases with a rule, runs them at each save, and saves despite failures on request', async () => {
    grafana.role = 'Editor';
    const page = await browser.page('/a/betrace-app/rules/declined', {}, /422/);
    await page.getByRole('button', { name: 'Add a case' }).click();
    await page.getByLabel('Name of case 1').fill('another span');
    await page.getByLabel('Trace of case 1').fill('checkout 10ms');
    await page.getByRole('button', { name: 'Run the cases' }).click();
    await page.getByText('1 case fails, of 1.').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('another span: expected a match, and there is none (in one batch)').waitFor();
    expect((await rule('declined')).body).toMatchObject({ version: 1 });
    await page.getByRole('button', { name: 'Save anyway' }).click();
    await page.getByText('slow checkout').waitFor();
    expect((await rule('declined')).body).toMatchObject({
      version: 2,
      tests: [{ name: 'another span', trace: 'checkout 10ms', expect: 'match' }],
    });
  });

  it('tests a text on the trace of a violation, and on a recent trace without violations', async () => {
    grafana.role = 'Editor';
    const page = await browser.page('/a/betrace-app/rules/charge-without-check');
    await becomes(() => page.getByLabel(/^Trace id of a violation/).inputValue(), 'order-1');
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText('Matches: it would be a violation.').waitFor();
    await page.getByText('nothing in this trace did it').waitFor();
    await page.getByRole('button', { name: 'Recent trace' }).click();
    await page.getByRole('combobox', { name: 'Trace', exact: true }).selectOption('order-5');
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText('No match: it would not be a violation.').waitFor();
  });

  it('says in notifications what was answered after its page was left', async () => {
    grafana.role = 'Editor';
    const page = await browser.page('/a/betrace-app/rules/slow-checkout', {}, /502/);
    const notifications = () => page.evaluate(() => (globalThis as unknown as { notifications?: string[] }).notifications ?? []);
    let release = (): void => undefined;
    const left = new Promise<void>((done) => {
      release = done;
    });
    await page.route(/\/v1\/rules\/slow-checkout/, async (route) => {
      if (route.request().method() !== 'PATCH') return route.continue();
      await left;
      return route.fulfill({ status: 502, json: { message: 'Bad Gateway' } });
    });
    await page.locator('.cm-content').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.evaluate(() => {
      history.pushState({}, '', '/a/betrace-app/violations');
      dispatchEvent(new PopStateEvent('popstate'));
    });
    await page.getByText('Time Range').first().waitFor();
    release();
    await becomes(async () => (await notifications()).join(), expect.stringMatching(/^alert-warning: slow checkout was not saved: /));
    expect(new URL(page.url()).pathname).toBe('/a/betrace-app/violations');
  });

  it('checks and formats a text without asking the server', async () => {
    grafana.role = 'Editor';
    const page = await browser.page('/a/betrace-app/rules/new');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.locator('.cm-content').click();
    await page.keyboard.type('span.durations>500ms and span.name matches "^a"');
    await page.getByText("'span' has no field 'durations'").first().waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('span.duration>500ms');
    await page.getByRole('button', { name: 'Format' }).click();
    await becomes(() => page.locator('.cm-content').innerText(), 'span.duration > 500ms');
    expect(asked.filter((url) => url.includes('/v1/rules/validate'))).toEqual([]);
  });

  it('lets a Viewer read and change nothing, even by hand through the proxy', async () => {
    grafana.role = 'Viewer';
    const page = await browser.page('/a/betrace-app/rules');
    await page.getByText('slow checkout').waitFor();
    expect(await page.getByRole('link', { name: 'Create Rule' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: /Delete/ }).count()).toBe(0);
    expect(await page.getByRole('switch').first().isDisabled()).toBe(true);
    const by = async (method: string, path: string): Promise<number> =>
      (await fetch(`${grafana.url}/api/datasources/proxy/uid/${UID}/${path}`, { method })).status;
    expect(await by('GET', 'v1/rules/slow-checkout')).toBe(200);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect([method, await by(method, 'v1/rules/slow-checkout')]).toEqual([method, 403]);
    expect(await by('POST', 'v1/rules/testing/versions/1/restore')).toBe(403);
    for (const path of ['v1/keys', 'v1/recent-traces', 'v1/traces/order-5']) expect([path, await by('GET', path)]).toEqual([path, 403]);
    grafana.role = 'Editor';
    expect(await by('POST', 'v1/spans')).toBe(403);
    expect((await rule('slow-checkout')).status).toBe(200);
  });

  it('filters violations by the names of the guide, exports exactly these, and leads to traces', async () => {
    const page = await browser.page('/a/betrace-app/violations?severity=CRITICAL');
    await page.getByText('1 violation', { exact: true }).waitFor();
    for (const name of ['Rule ID', 'Severity', 'Time Range', 'Limit']) expect(await page.getByLabel(name, { exact: true }).count()).toBe(1);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export CSV' }).click()]);
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split(/\r?\n/);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('charge-without-check');
    const tempo = new URL((await page.getByRole('link', { name: 'Open in Tempo' }).getAttribute('href')) ?? '', grafana.url);
    expect(JSON.parse(tempo.searchParams.get('panes') ?? '').a).toMatchObject({
      datasource: 'tempo-1',
      queries: [{ queryType: 'traceql', query: expect.stringMatching(/^[0-9a-f]{32}$/) }],
    });
    await page.getByLabel('Severity', { exact: true }).click();
    await page.getByRole('option', { name: 'LOW' }).click();
    await page.waitForURL(/severity=LOW/);
    await page.getByText('declined charge').waitFor();
    await page.getByRole('link', { name: 'View Trace' }).click();
    await page.locator('.wf-row').first().waitFor();
    await page.goto(`${grafana.url}/a/betrace-app/traces/order-3`);
    await page.waitForURL(/violations\/viol-/);
  });

  it('shows the reason when BeTrace is unavailable', async () => {
    grafana.target = 'http://127.0.0.1:1';
    const page = await browser.page('/a/betrace-app/violations', {}, /502/);
    await page.getByText('Grafana does not reach BeTrace').first().waitFor();
    grafana.target = betrace.url;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'View Trace' }).first().waitFor();
  });

  it('has a data source that returns violations, counts, traces, rules, and values of variables', async () => {
    mkdirSync(PICTURES, { recursive: true });
    const page = await browser.page('/datasource');
    await page.getByText('Query type').waitFor();
    await page.screenshot({ path: join(PICTURES, `datasource-${major}.png`), fullPage: true });
    const ask = (target: object) =>
      page.evaluate(async (query) => {
        const { dataSource, dateTime } = globalThis as unknown as { dataSource: Source; dateTime: (ms: number) => unknown };
        const range = { from: dateTime(Date.now() - 3_600_000), to: dateTime(Date.now() + 1000) };
        const { data } = await dataSource.query({ targets: [{ refId: 'A', ...query }], range, scopedVars: {}, intervalMs: 60_000 });
        return data.map(({ name, meta, fields }) => ({
          name,
          meta,
          values: Object.fromEntries(fields.map((each) => [each.name, [...each.values]])),
        }));
      }, target);
    const [violations] = await ask({ queryType: 'violations' });
    expect(violations?.values['Rule']).toHaveLength(4);
    const counts = await ask({ queryType: 'counts', groupBy: 'severity' });
    const sums = Object.fromEntries(counts.map(({ name, values }) => [name, (values[name] as number[]).reduce((sum, n) => sum + n, 0)]));
    expect(sums).toEqual({ CRITICAL: 1, HIGH: 1, MEDIUM: 1, LOW: 1 });
    const [trace] = await ask({ queryType: 'trace', traceId: 'order-1' });
    expect(trace?.meta).toMatchObject({ preferredVisualisationType: 'trace' });
    expect(trace?.values['spanID']).toHaveLength(4);
    expect(trace?.values['warnings']?.flat()).toEqual(expect.arrayContaining([expect.stringMatching(/^BeTrace HIGH slow checkout: /)]));
    const [rules] = await ask({ queryType: 'rules' });
    expect(rules?.values['Id']).toEqual(expect.arrayContaining(['slow-checkout', 'declined']));
    const find = (query: string) =>
      page.evaluate((text) => (globalThis as unknown as { dataSource: Source }).dataSource.metricFindQuery(text), query);
    expect((await find('rules')).map(({ value }) => value)).toContain('slow-checkout');
    expect((await find('services')).map(({ value }) => value)).toContain('payment');
  });

  it('names the hop that is broken in Save & Test', async () => {
    const page = await browser.page('/datasource', {}, /502|404|400/);
    await page.getByText('Query type').waitFor();
    const test = () => page.evaluate(() => (globalThis as unknown as { dataSource: Source }).dataSource.testDatasource());
    expect(await test()).toMatchObject({ status: 'success' });
    grafana.target = 'http://127.0.0.1:1';
    expect(await test()).toEqual({
      status: 'error',
      message: expect.stringMatching(/^Grafana to BeTrace: Grafana does not reach BeTrace/),
    });
    grafana.target = grafana.url;
    expect(await test()).toEqual({ status: 'error', message: expect.stringContaining('is not BeTrace') });
  });

  it('sends the key that Grafana stores, and reports a missing one in Save & Test', async () => {
    const locked = await BeTrace.start({ env: { ...ENVIRONMENT, BETRACE_API_KEY: 'secret-of-the-house' } });
    try {
      grafana.target = locked.url;
      const page = await browser.page('/datasource', {}, /400/);
      await page.getByText('Query type').waitFor();
      const test = () => page.evaluate(() => (globalThis as unknown as { dataSource: Source }).dataSource.testDatasource());
      expect(await test()).toEqual({ status: 'error', message: expect.stringMatching(/set an API key that may read rules/) });
      grafana.apiKey = 'secret-of-the-house';
      expect(await test()).toMatchObject({ status: 'success' });
      expect(await page.content()).not.toContain('secret-of-the-house');
    } finally {
      grafana.apiKey = undefined;
      await locked.stop();
    }
  });

  it('links traces, panels, Explore and alerts to their pages in the app', async () => {
    const page = await browser.page('/a/betrace-app/rules');
    await page.getByText('slow checkout').waitFor();
    /** The path that a link has in a place of Grafana, with the context that Grafana's own code gives there. */
    const pathIn = (target: string, context: object): Promise<string | undefined> =>
      page.evaluate(
        ([where, given]) => {
          const { links, dateTime } = globalThis as unknown as {
            links: { targets: string[]; path: string; configure?: (context: object) => { path: string } | undefined }[];
            dateTime: (ms: number) => unknown;
          };
          const link = links.find(({ targets }) => targets.includes(where));
          const revived = JSON.parse(JSON.stringify(given), (key, value) =>
            key === 'ms' ? value : value?.ms ? dateTime(value.ms) : value,
          );
          return link?.configure === undefined ? link?.path : link.configure(revived)?.path;
        },
        [target, context] as const,
      );
    const tempo = { name: 'Tempo', uid: 'tempo-1', type: 'tempo' };
    expect(await pathIn('grafana/traceview/header/actions', { traceID: 'ab12', traceName: 'x', spans: [], datasource: tempo })).toBe(
      `/a/betrace-app/traces/${'0'.repeat(28)}ab12`,
    );
    expect(await pathIn('grafana/traceview/header/actions', {})).toBeUndefined();
    const range = { from: 'now-6h', to: 'now' };
    for (const target of ['grafana/dashboard/panel/menu', 'grafana/explore/toolbar/action']) {
      expect(await pathIn(target, { timeRange: range })).toBe('/a/betrace-app/violations?from=now-6h&to=now');
      const absolute = { from: { ms: 1_700_000_000_000 }, to: { ms: 1_700_000_360_000 } };
      expect(await pathIn(target, { timeRange: absolute })).toBe('/a/betrace-app/violations?from=1700000000000&to=1700000360000');
    }
    const alert = (labels: object) => pathIn('grafana/alerting/instance/action', { instance: { labels } });
    expect(await alert({ alertname: 'BeTraceCriticalViolations', rule_id: 'a&b' })).toBe('/a/betrace-app/violations?rule_id=a%26b');
    expect(await alert({ alertname: 'BeTraceDown' })).toBe('/a/betrace-app/violations');
    expect(await alert({ alertname: 'DiskFull' })).toBeUndefined();
    expect(await pathIn('grafana/commandpalette/action', {})).toBe('/a/betrace-app/rules/new');
  });

  it('registers the links that plugin.json declares, and no others', async () => {
    const page = await browser.page('/a/betrace-app/rules');
    await page.getByText('slow checkout').waitFor();
    const links = await page.evaluate(() =>
      (globalThis as unknown as { links: { title: string; targets: string[] }[] }).links.map(({ title, targets }) => ({ title, targets })),
    );
    const declared = await (await fetch(`${grafana.url}/public/plugins/betrace-app/plugin.json`)).json();
    expect(links).toEqual(
      declared.extensions.addedLinks.map(({ title, targets }: { title: string; targets: string[] }) => ({ title, targets })),
    );
  });
};

for (const major of MAJORS) describeWithBrowser(`the plugin in Grafana ${major}`, journeys(major));
