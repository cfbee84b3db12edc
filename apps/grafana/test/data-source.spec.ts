import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { BeTrace } from '../../../test/harness/betrace.js';
import { eventually } from '../../../test/harness/eventually.js';
import { becomes } from '../../console/test/becomes.js';
import { orderSpans, send, settled } from '../../console/test/shop-traces.js';
import { ENVIRONMENT, inEachGrafana, PICTURES } from './in-each-grafana.js';

interface Field {
  readonly name: string;
  readonly values: unknown[];
  readonly config: {
    readonly displayName?: string;
    readonly links?: readonly { readonly title: string; readonly url: string }[];
    readonly mappings?: readonly { readonly options: Readonly<Record<string, { readonly text: string; readonly color: string }>> }[];
  };
}
interface Frame {
  readonly name: string;
  readonly meta?: { readonly notices?: readonly { readonly text: string }[]; readonly preferredVisualisationType?: string };
  readonly fields: readonly Field[];
}
/** The data source of the host's page, as Grafana's panels call it. */
interface Source {
  readonly annotations: { prepareQuery(annotation: object): object };
  query(request: object): Promise<{ data: Frame[] }>;
  metricFindQuery(query: string): Promise<{ text: string; value: string }[]>;
  testDatasource(): Promise<{ status: string; message: string }>;
}
interface Host {
  dataSource: Source;
  variables?: readonly object[];
  readonly dateTime: (ms: number) => unknown;
}

const HOUR_MS = 3_600_000;
/** A sender may name its service anything. */
const ODD_SERVICE = 'pay, "ment".*|$x';
const HOSTILE = 'audit\u{202e}gol';
/** Joiners that are a part of what is read: of a family in one sign, and of a Persian word. */
const JOINED = '👨\u{200d}👩\u{200d}👧 می\u{200c}خواهم';
const LONG = 700_000;

/** The column of a frame by its name. */
const column = (frame: Frame | undefined, name: string): unknown[] => frame?.fields.find((field) => field.name === name)?.values ?? [];

inEachGrafana('the data source', (world) => {
  beforeAll(async () => {
    const [root, ...others] = orderSpans({ id: 'order-6', slow: true });
    const attributes = { note: 'x'.repeat(LONG), [HOSTILE]: HOSTILE, joined: JOINED };
    await send(world.betrace, [{ ...root, service: ODD_SERVICE, attributes }, ...others]);
    await settled(world.betrace);
  });

  const opened = async (expected?: RegExp): Promise<Page> => {
    const page = await world.browser.page('/datasource', {}, expected);
    await page.getByText('Query type').waitFor();
    return page;
  };
  /** The frames of a query over the last hour, or another time. */
  const ask = (page: Page, target: object, variables: readonly object[] = [], ms = HOUR_MS, scopedVars = {}): Promise<Frame[]> =>
    page.evaluate(
      async ([query, given, before, scoped]) => {
        const host = globalThis as unknown as Host;
        host.variables = given;
        const to = Date.now() + 1000;
        const range = { from: host.dateTime(to - before), to: host.dateTime(to) };
        const targets = [{ refId: 'A', ...query }];
        const { data } = await host.dataSource.query({ targets, range, scopedVars: scoped, intervalMs: 1000 });
        return data.map(({ name, meta, fields }) => ({
          name,
          meta: { ...meta },
          fields: fields.map((field) => ({ name: field.name, config: { ...field.config }, values: [...field.values] })),
        }));
      },
      [target, variables, ms, scopedVars] as const,
    );
  const find = (page: Page, query: string) =>
    page.evaluate((text) => (globalThis as unknown as Host).dataSource.metricFindQuery(text), query);

  it('returns violations, counts, traces, rules, and values of variables', async () => {
    mkdirSync(PICTURES, { recursive: true });
    const page = await opened();
    await page.screenshot({ path: join(PICTURES, `datasource-${world.major}.png`), fullPage: true });
    const [violations] = await ask(page, { queryType: 'violations' });
    expect(column(violations, 'Rule')).toHaveLength(5);
    expect(violations?.meta?.notices).toBeUndefined();
    const counts = await ask(page, { queryType: 'counts', groupBy: 'severity' });
    const sums = Object.fromEntries(
      counts.map((frame) => [frame.name, (column(frame, frame.name) as number[]).reduce((sum, n) => sum + n, 0)]),
    );
    expect(sums).toEqual({ CRITICAL: 1, HIGH: 2, MEDIUM: 1, LOW: 1 });
    const [trace] = await ask(page, { queryType: 'trace', traceId: 'order-1' });
    expect(trace?.meta).toMatchObject({ preferredVisualisationType: 'trace' });
    expect(column(trace, 'spanID')).toHaveLength(4);
    expect(column(trace, 'warnings').flat()).toEqual(expect.arrayContaining([expect.stringMatching(/^BeTrace HIGH slow checkout: /)]));
    const [rules] = await ask(page, { queryType: 'rules' });
    expect(column(rules, 'Rule ID')).toEqual(expect.arrayContaining(['slow-checkout', 'declined']));
    expect((await find(page, ' rules ')).map(({ value }) => value)).toContain('slow-checkout');
    expect((await find(page, 'services')).map(({ value }) => value)).toEqual(expect.arrayContaining(['payment', ODD_SERVICE]));
  });

  it('names columns and severities for people, and leads from cells to the trace, the rule and Tempo', async () => {
    const page = await opened();
    const frames = [
      ...(await ask(page, { queryType: 'violations' })),
      ...(await ask(page, { queryType: 'rules' })),
      ...(await ask(page, { queryType: 'trace', traceId: 'order-1' })),
    ];
    const names = frames.flatMap(({ fields }) => fields.map(({ name, config }) => config.displayName ?? name));
    expect(names.filter((name) => /[a-z][A-Z]|_|^[a-z]/.test(name) && name !== 'BeTrace')).toEqual([]);
    for (const frame of frames.slice(0, 2)) {
      const [mapping] = frame.fields.find(({ name }) => name === 'Severity')?.config.mappings ?? [];
      for (const severity of ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'])
        expect(mapping?.options[severity]).toMatchObject({ text: severity, color: expect.any(String) });
    }
    const links = Object.fromEntries(
      frames[0]?.fields.flatMap(({ name, config }) => (config.links ?? []).map(({ title, url }) => [`${name}: ${title}`, url])) ?? [],
    );
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: Grafana's
    expect(links).toEqual({
      'Rule: Violations of this rule': '/a/betrace-app/violations?ds=betrace-1&rule_id=${__data.fields["Rule ID"]}',
      'Trace: Open in Tempo': '',
      'Trace: Violations of this trace': '/a/betrace-app/traces/${__value.raw}?ds=betrace-1',
      'Violation: View Trace': '/a/betrace-app/violations/${__value.raw}?ds=betrace-1',
    });
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: Grafana's
  });

  it('shows frames in the tables of panels, severities with their names', async () => {
    for (const theme of ['dark', 'light']) {
      const page = await world.browser.page(`/frames?theme=${theme}`);
      const table = page.getByRole('region', { name: 'Violations' });
      await table.getByText('CRITICAL', { exact: true }).waitFor();
      await page.getByRole('region', { name: 'Rules' }).getByText('slow checkout').waitFor();
      await page.screenshot({ path: join(PICTURES, `frames-${world.major}-${theme}.png`), fullPage: true });
    }
  });

  it('takes several values of variables, also with commas, quotes and the characters of patterns', async () => {
    const page = await opened();
    const rules = (frames: readonly Frame[]) => column(frames[0], 'Rule').sort();
    const chosen = (name: string, value: unknown, more = {}) => ({ name, current: { value }, ...more });
    const two = [chosen('rule', ['slow-checkout', 'declined'])];
    expect(rules(await ask(page, { ruleId: '$rule' }, two))).toEqual(['declined charge', 'slow checkout', 'slow checkout']);
    expect(rules(await ask(page, { ruleId: 'declined, query-per-item' }))).toEqual(['declined charge', 'one query per item']);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's
    expect(rules(await ask(page, { ruleId: '${rule:csv}' }, two))).toHaveLength(3);
    const services = [chosen('service', [ODD_SERVICE, 'payment'])];
    expect(column((await ask(page, { service: '$service' }, services))[0], 'Service').sort()).toEqual([ODD_SERVICE, 'payment', 'payment']);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's
    const both = await ask(page, { ruleId: '$rule', service: '${service}', limit: 2 }, [...two, ...services]);
    expect([rules(both), both[0]?.meta?.notices]).toEqual([['declined charge', 'slow checkout'], undefined]);
    // A panel repeated for one value has this one.
    const repeated = await ask(page, { ruleId: '$rule' }, two, HOUR_MS, { rule: { text: 'declined', value: 'declined' } });
    expect(rules(repeated)).toEqual(['declined charge']);
    const counts = await ask(page, { queryType: 'counts', groupBy: 'severity', ruleId: '$rule' }, two);
    const sums = counts.map((frame) => [frame.name, (column(frame, frame.name) as number[]).reduce((sum, n) => sum + n, 0)]);
    expect(Object.fromEntries(sums)).toEqual({ HIGH: 2, LOW: 1 });
    expect(rules(await ask(page, { severity: '$s' }, [chosen('s', ['LOW', 'CRITICAL'])]))).toHaveLength(2);
  });

  it('takes All, and a variable without a value, for everything', async () => {
    const page = await opened();
    const asked: string[] = [];
    // The page may still load its icons.
    page.on('request', (request) => request.url().includes('/proxy/') && asked.push(request.url()));
    const options = Array.from({ length: 200 }, (_, at) => ({ value: `rule-${at}` }));
    const all = { name: 'rule', current: { value: ['$__all'] }, options };
    expect(column((await ask(page, { ruleId: '$rule' }, [all]))[0], 'Rule')).toHaveLength(5);
    expect(asked).toHaveLength(1);
    const listed = { name: 's', current: { value: '$__all' }, allValue: 'CRITICAL,HIGH,MEDIUM,LOW' };
    expect(column((await ask(page, { severity: '$s' }, [listed]))[0], 'Rule')).toHaveLength(5);
    for (const value of ['', []]) {
      expect(column((await ask(page, { ruleId: '$rule' }, [{ name: 'rule', current: { value } }]))[0], 'Rule')).toHaveLength(5);
    }
    // Within a text it is each value that the dashboard lists.
    const parts = { name: 'part', current: { value: ['$__all'] }, options: [{ value: 'checkout' }, { value: 'nothing' }] };
    expect(column((await ask(page, { ruleId: 'slow-$part' }, [parts]))[0], 'Rule')).toEqual(['slow checkout', 'slow checkout']);
    const many = { name: 'rule', current: { value: options.map(({ value }) => value) } };
    await expect(ask(page, { ruleId: '$rule' }, [many])).rejects.toThrow('The filters name 200 rules. Each');
  });

  it('refuses more values than a query may name without making all of them', async () => {
    const page = await opened();
    const chosen = (name: string, count: number) => ({
      name,
      current: { value: Array.from({ length: count }, (_, at) => `${name}${at}`) },
    });
    const variables = [...['a', 'b', 'c', 'd'].map((name) => chosen(name, 1_000)), { name: 'none', current: { value: [] } }];
    // A million of millions: they would take all memory of the page.
    for (const filter of ['ruleId', 'service', 'severity']) {
      const [, kind] = /^(rule|service|severity)/.exec(filter) ?? [];
      const named = ask(page, { [filter]: 'x-$a-$b-$c-$d, y' }, variables);
      await expect(named).rejects.toThrow(`The filters name more than 20 ${kind === 'severity' ? 'severities' : `${kind}s`}. Each`);
    }
    await expect(ask(page, { queryType: 'trace', traceId: '$a$b$c$d' }, variables)).rejects.toThrow(
      'The filter names more than 20 traces: choose one.',
    );
    await expect(ask(page, { ruleId: '$a', service: 'x$b' }, variables)).rejects.toThrow(
      'name 1,000 rules and more than 20 services. Each',
    );
    // Nothing follows a variable without a value.
    expect(column((await ask(page, { ruleId: '$a$b$c$none' }, variables))[0], 'Rule')).toHaveLength(5);
    const few = [chosen('slow', 3), { name: 'end', current: { value: ['checkout', 'checkout'] } }];
    expect(column((await ask(page, { ruleId: 'slow-$end, $slow-$end' }, few))[0], 'Rule')).toEqual(['slow checkout', 'slow checkout']);
  });

  it('shows the trace that a variable names, and none of a variable without a value or at All', async () => {
    const page = await opened();
    const trace = (value: string | string[]) =>
      ask(page, { queryType: 'trace', traceId: '$trace' }, [{ name: 'trace', current: { value }, options: [{ value: 'order-1' }] }]);
    expect(column((await trace('order-1'))[0], 'spanID')).toHaveLength(4);
    for (const value of ['', [], '$__all', ['$__all']]) expect([value, await trace(value)]).toEqual([value, []]);
    await expect(trace(['order-1', 'order-2'])).rejects.toThrow('one trace. The filter names 2 traces');
  });

  it('says what it leaves out, and shows unseen characters and the length of long values', async () => {
    const page = await opened();
    const [violations] = await ask(page, { queryType: 'violations', limit: 2 });
    expect(column(violations, 'Rule')).toHaveLength(2);
    expect(violations?.meta?.notices?.map(({ text }) => text)).toEqual(['The newest 2 of 5 violations are shown.']);
    const [trace] = await ask(page, { queryType: 'trace', traceId: 'order-6' });
    const tags = column(trace, 'tags').flat() as { key: string; value: string }[];
    const note = tags.find(({ key }) => key === 'note')?.value ?? '';
    expect([note.length < 3_000, note.slice(-24)]).toEqual([true, 'x… (700,000 characters)'.padStart(24, 'x')]);
    expect(tags.find(({ key }) => key.startsWith('audit'))).toEqual({ key: 'audit\u{fffd}gol', value: 'audit\u{fffd}gol' });
    expect(tags.find(({ key }) => key === 'joined')?.value).toBe(JOINED);
  });

  it('shows a trace of 32,000 spans by its first, and by those of violations', async () => {
    const [root, ...others] = orderSpans({ id: 'order-7', slow: true });
    const [child] = others;
    const spans = Array.from({ length: 31_900 }, (_, at) => ({ ...child, span_id: `order-7-${at}` }));
    for (let at = 0; at < spans.length; at += 4_000) await send(world.betrace, spans.slice(at, at + 4_000));
    await send(world.betrace, [...others, { ...root, span_id: 'order-7-root' }]);
    await settled(world.betrace);
    const page = await opened();
    const [trace] = await ask(page, { queryType: 'trace', traceId: 'order-7' });
    expect(column(trace, 'spanID')).toHaveLength(10_000);
    expect(column(trace, 'spanID')).toContain('order-7-root');
    expect(trace?.meta?.notices?.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^The first, and those of violations: 10,000 of 31,\d\d\d spans are shown\.$/),
    ]);
  });

  it('counts over any length of time in at most as many steps as the API has', async () => {
    const page = await opened();
    for (const ms of [1, 999_500, 1_000_000, 1_000_500, 30 * 86_400_000, 3_000_000_000_000 / 2]) {
      const frames = await ask(page, { queryType: 'counts', groupBy: 'severity' }, [], ms);
      expect([ms, column(frames[0], 'Time').length <= 1000]).toEqual([ms, true]);
    }
  });

  it('has annotations with the name of the rule, the reason, a link and tags, and no markup of senders', async () => {
    const rule = { id: 'markup', name: 'a <b>bold</b> rule', expression: 'span.name == "marked"', severity: 'LOW' };
    await world.betrace.json('POST', '/v1/rules', rule);
    await send(world.betrace, [{ ...orderSpans({ id: 'order-8' })[0], name: 'marked', service: 'a,<i>b</i>' }]);
    await settled(world.betrace);
    const page = await opened();
    const query = await page.evaluate(() =>
      (globalThis as unknown as Host).dataSource.annotations.prepareQuery({ target: { refId: 'x', ruleId: 'markup' } }),
    );
    const [frame] = await ask(page, query);
    expect(Object.fromEntries((frame?.fields ?? []).map(({ name, values }) => [name, values]))).toEqual({
      time: [expect.any(Number)],
      title: ['a &lt;b&gt;bold&lt;/b&gt; rule'],
      text: [expect.stringMatching(/^[^<]+ <a href="\/a\/betrace-app\/violations\/viol-\w+\?ds=betrace-1">View Trace<\/a>$/)],
      tags: ['LOW,a <i>b</i>'],
    });
    const fresh = await page.evaluate(() => (globalThis as unknown as Host).dataSource.annotations.prepareQuery({}));
    expect(column((await ask(page, fresh))[0], 'time').length).toBeGreaterThan(4);
  });

  it('names the hop that is broken in Save & Test', async () => {
    const page = await world.browser.page('/datasource', {}, /50[23]|404|400/);
    await page.getByText('Query type').waitFor();
    const test = () => page.evaluate(() => (globalThis as unknown as { dataSource: Source }).dataSource.testDatasource());
    // Of the tests before, the server may still have spans to judge.
    await eventually('success', async () => ((await test()).status === 'success' ? true : undefined), 60_000, 250);
    world.grafana.target = 'http://127.0.0.1:1';
    expect(await test()).toEqual({
      status: 'error',
      message: expect.stringMatching(/^Grafana to BeTrace: Grafana does not reach BeTrace/),
    });
    world.grafana.target = world.grafana.url;
    expect(await test()).toEqual({ status: 'error', message: expect.stringContaining('is not BeTrace') });
    world.grafana.target = world.betrace.url;
    const ready = (status: string, checks: object) =>
      page.route(/\/ready$/, (route) => route.fulfill({ status: status === 'ready' ? 200 : 503, json: { status, checks } }));
    await ready('degraded', { storage: 'ok', otlp_exporter: 'the endpoint answers 401' });
    expect(await test()).toEqual({
      status: 'warning',
      message: expect.stringMatching(/the export of violations: the endpoint answers 401$/),
    });
    await page.unroute(/\/ready$/);
    await ready('not_ready', { storage: 'no broker answers' });
    expect(await test()).toEqual({ status: 'error', message: expect.stringMatching(/storage: no broker answers$/) });
  });

  it('says in Save & Test that evaluators are late or not there, and nothing about a record that just came', async () => {
    const page = await opened(/503/);
    const test = () => page.evaluate(() => (globalThis as unknown as Host).dataSource.testDatasource());
    const at = '2026-11-29T12:00:00Z';
    const partition = (judged: object, behind: number) => ({ partition: 0, end_offset: 9, behind_records: behind, ...judged });
    const idle = partition({ judged_to: 9, log_time: '2026-11-29T03:00:00Z' }, 0);
    const answered = async (...readings: readonly object[][]): Promise<{ status: string; message: string }> => {
      const left = [...readings];
      await page.route(/\/v1\/evaluation$/, (route) => {
        const partitions = left.length > 1 ? left.shift() : left[0];
        return route.fulfill({ json: { at, appended_records: 9, judged_records: 0, behind_records: 9, partitions } });
      });
      const answer = await test();
      await page.unroute(/\/v1\/evaluation$/);
      return answer;
    };
    expect(await answered([idle, partition({ judged_to: 5, log_time: '2026-11-29T11:50:00Z' }, 4)])).toEqual({
      status: 'warning',
      message: expect.stringMatching(/^Grafana reaches BeTrace\. Behind it: 4 records in 1 partition of 2 wait for an evaluator/),
    });
    expect(await answered([partition({}, 9)])).toMatchObject({ status: 'warning', message: expect.stringContaining('Do evaluators run?') });
    expect(await answered([partition({ judged_to: 8, log_time: '2026-11-29T03:00:00Z' }, 1)], [idle])).toMatchObject({ status: 'success' });
    // A trace may be open for an hour, and something always waits for the next commit while spans come.
    const steady = (end: number) => [{ ...partition({ judged_to: end - 3, log_time: '2026-11-29T11:00:00Z' }, 3), end_offset: end }];
    expect(await answered(steady(261), steady(274))).toMatchObject({ status: 'success' });
    expect(await answered(steady(261), steady(263))).toMatchObject({ status: 'warning' });
    await page.route(/\/v1\/evaluation$/, (route) => route.fulfill({ status: 503, json: { code: 'BT_X', detail: 'no broker answers' } }));
    expect(await test()).toEqual({ status: 'warning', message: expect.stringContaining('is not known (no broker answers)') });
  });

  it('reports a key without the scope that reads, by the name of the scope', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'betrace-grafana-'));
    const file = join(folder, 'keys.json');
    const keys = (['ingest', 'read'] as const).map((scope) => ({
      name: scope,
      sha256: createHash('sha256').update(`key of ${scope}`).digest('hex'),
      scopes: [scope],
    }));
    writeFileSync(file, JSON.stringify({ keys }));
    const locked = await BeTrace.start({ env: { ...ENVIRONMENT, BETRACE_API_KEYS_FILE: file } });
    try {
      world.grafana.target = locked.url;
      const page = await opened(/403|400/);
      const test = () => page.evaluate(() => (globalThis as unknown as Host).dataSource.testDatasource());
      world.grafana.apiKey = 'key of ingest';
      expect(await test()).toEqual({
        status: 'error',
        message: expect.stringMatching(/^BeTrace answers, and refuses to be read: .*\bread\b/),
      });
      world.grafana.apiKey = 'key of nobody';
      expect(await test()).toEqual({ status: 'error', message: expect.stringMatching(/set an API key that may read rules/) });
      world.grafana.apiKey = 'key of read';
      await becomes(test, expect.objectContaining({ status: 'success' }));
    } finally {
      world.grafana.apiKey = undefined;
      await locked.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it('sends the key that Grafana stores, and reports a missing one in Save & Test', async () => {
    const locked = await BeTrace.start({ env: { ...ENVIRONMENT, BETRACE_API_KEY: 'secret-of-the-house' } });
    try {
      world.grafana.target = locked.url;
      const page = await world.browser.page('/datasource', {}, /400/);
      await page.getByText('Query type').waitFor();
      const test = () => page.evaluate(() => (globalThis as unknown as { dataSource: Source }).dataSource.testDatasource());
      expect(await test()).toEqual({ status: 'error', message: expect.stringMatching(/set an API key that may read rules/) });
      world.grafana.apiKey = 'secret-of-the-house';
      await becomes(test, expect.objectContaining({ status: 'success' }));
      expect(await page.content()).not.toContain('secret-of-the-house');
    } finally {
      world.grafana.apiKey = undefined;
      await locked.stop();
    }
  });
});
