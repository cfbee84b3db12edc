import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { alertGroups } from '../../scripts/documents/alerts-document.js';
import { BeTrace } from '../harness/betrace.js';
import { createRule } from '../harness/create-rule.js';
import { eventually } from '../harness/eventually.js';
import { freePorts } from '../harness/free-port.js';
import { OtlpReceiver } from '../harness/services/otlp-receiver.js';
import { WebhookReceiver } from '../harness/services/webhook-receiver.js';
import { Prometheus, type Sample, whyNoPrometheus } from './prometheus.js';

const grafana = join(import.meta.dirname, '../../deploy/grafana');
const yaml = <T>(path: string) => parse(readFileSync(join(grafana, path), 'utf8')) as T;

interface Panel {
  readonly title?: string;
  readonly type: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly datasource: { readonly uid: string } }[];
}
interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string; readonly query: string }[] };
}

const files = readdirSync(join(grafana, 'dashboards')).sort();
const dashboards = files.map((file) => JSON.parse(readFileSync(join(grafana, 'dashboards', file), 'utf8')) as Dashboard);
const panels = dashboards.flatMap((dashboard) =>
  dashboard.panels.filter(({ type }) => type !== 'row').map((panel) => ({ dashboard, panel })),
);
const queries = panels.flatMap(({ dashboard, panel }) =>
  (panel.targets ?? []).map(({ refId, expr }) => [`${dashboard.title}: ${panel.title}, ${refId}`, expr] as const),
);
/** Substitutes variables like Grafana, at All or at a namespace, for a range of five minutes or another. */
const filledIn = (expression: string, range = '5m', namespace = '.*') =>
  expression
    .replaceAll('$__rate_interval', '15s')
    .replaceAll('$__range', range)
    .replaceAll('$job', 'betrace-backend')
    .replaceAll('$cluster', '.*')
    .replaceAll('$namespace', namespace);

describe('the files for Grafana', () => {
  it('are the four dashboards of the guides', () => {
    expect(files).toEqual(['backend-overview.json', 'rule-performance.json', 'violation-trends.json', 'violations-overview.json']);
    expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(4);
  });

  it('query the data source that the reader chooses, and describe each panel', () => {
    for (const { templating } of dashboards)
      expect(templating.list.map(({ name }) => name)).toEqual(['datasource', 'job', 'cluster', 'namespace']);
    for (const { panel } of panels) {
      expect([panel.title, panel.targets?.length, panel.description]).toEqual([
        expect.any(String),
        expect.any(Number),
        expect.stringMatching(/.{20}/),
      ]);
      for (const { uid } of [panel.datasource!, ...panel.targets!.map(({ datasource }) => datasource)]) expect(uid).toBe('$datasource');
    }
    expect(
      queries
        .map(([, expr]) => expr)
        .join()
        .replaceAll(/\$(job|cluster|namespace|__range|__rate_interval)\b/g, ''),
    ).not.toContain('$');
  });

  it('provision data sources by the uids that alerts use, and every alert once', () => {
    const { datasources } = yaml<{ datasources: { uid: string; type: string }[] }>('provisioning/datasources/datasources.yaml');
    const { groups } = yaml<{ groups: { rules: { uid: string; title: string; data: { datasourceUid: string }[] }[] }[] }>(
      'provisioning/alerting/alerts.yaml',
    );
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.map(({ title }) => title)).toEqual(
      alertGroups(join(grafana, '../..')).flatMap((group) => group.rules.map(({ alert }) => alert)),
    );
    expect(new Set(rules.map(({ uid }) => uid)).size).toBe(rules.length);
    for (const { uid } of rules) expect(uid).toMatch(/^[a-z-]{1,40}$/);
    const known = ['__expr__', ...datasources.map(({ uid }) => uid)];
    for (const { data } of rules) for (const { datasourceUid } of data) expect(known).toContain(datasourceUid);
  });

  it('route alerts to existing contact points', () => {
    const { contactPoints, policies } = yaml<{
      contactPoints: { name: string }[];
      policies: { receiver: string; routes: { receiver: string }[] }[];
    }>('examples/contact-points.yaml');
    const names = contactPoints.map(({ name }) => name);
    for (const { receiver } of policies.flatMap((policy) => [policy, ...policy.routes])) expect(names).toContain(receiver);
  });
});

const problem = whyNoPrometheus();
if (problem !== undefined) console.warn(`SKIPPED: queries of the dashboards (${problem})`);

(problem === undefined ? describe : describe.skip)('the queries of the dashboards', () => {
  let betrace: BeTrace;
  let prometheus: Prometheus;
  let receiver: OtlpReceiver;
  const webhook = new WebhookReceiver();
  const folder = mkdtempSync(join(tmpdir(), 'betrace-dashboards-'));
  const SLOW = 37;
  const TIMEOUT_MS = 90_000;
  /** The time of the last scrape, at which no value is extrapolated. When one took too long, its series end until the next. */
  const lastScrape = () =>
    eventually('a scrape', async () => (await prometheus.ask('max(timestamp(betrace_violations_total))'))[0]?.value, TIMEOUT_MS);
  const MILLISECOND = 1_000_000n;

  /** Sends spans of `milliseconds` each, every one a trace. */
  const send = async (count: number, milliseconds: number, attributes: Record<string, unknown>) => {
    const start = BigInt(Date.now()) * MILLISECOND;
    const spans = Array.from({ length: count }, (_, at) => ({
      trace_id: `${performance.now()}-${milliseconds}-${at}`,
      span_id: 's',
      name: 'checkout',
      service: `shop-${at % 3}`,
      start_time: Number(start),
      end_time: Number(start + BigInt(milliseconds) * MILLISECOND),
      attributes,
    }));
    expect(await betrace.json('POST', '/v1/spans', { spans })).toMatchObject({ body: { accepted: count, rejected: 0 } });
  };
  const rule = async (name: string, expression: string, more: object = {}) =>
    createRule(betrace, { id: name, name, expression, enabled: true, ...more });

  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    receiver = new OtlpReceiver(port);
    await receiver.start();
    await webhook.open();
    const notifications = join(folder, 'notifications.yaml');
    writeFileSync(notifications, stringify({ receivers: [{ name: 'chat', webhook: webhook.url }] }));
    betrace = await BeTrace.start({
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
        BETRACE_TRACE_ROOT_GRACE: '50ms',
        BETRACE_NOTIFICATIONS_FILE: notifications,
      },
    });
    prometheus = await Prometheus.start(`127.0.0.1:${betrace.ports.http}`, join(grafana, '../prometheus/alerts.yaml'));
    await rule('slow', 'span.duration > 1s', { severity: 'CRITICAL' });
    await rule('never', 'span.name == "nothing has this name"', { severity: 'LOW' });
    await rule('unaudited', 'trace.has(span.name == "pay") and not trace.has(span.name == "audit")', { severity: 'MEDIUM' });
    await rule('wrong', 'span.attributes["n"] > 3', { severity: 'HIGH' });
    await rule('candidate', 'span.duration > 1s', { mode: 'shadow' });
    // A series that Prometheus has not seen yet starts with a burst.
    await send(SLOW, 2000, { n: 'a text' });
    await betrace.json('GET', '/v1/violations?settled=true&timeout=60s');
    // A violation that a late span retracts, a refused request, a rejected span, and a moderate load.
    const ofOneTrace = (name: string) => ({ trace_id: 'late', span_id: name, name, start_time: 1_000_000, end_time: 2_000_000 });
    await betrace.json('POST', '/v1/spans', { spans: [ofOneTrace('pay')] });
    await betrace.json('GET', '/v1/violations?settled=true&timeout=60s');
    await betrace.json('POST', '/v1/spans', { spans: [{ ...ofOneTrace('audit'), parent_span_id: 'pay' }] });
    await betrace.json('POST', '/v1/spans', '{');
    const withoutId = { traceId: '', spanId: '00f067aa0ba902b7', name: 'n', startTimeUnixNano: '1', endTimeUnixNano: '2' };
    await betrace.json('POST', '/v1/traces', { resourceSpans: [{ scopeSpans: [{ spans: [withoutId] }] }] });
    await eventually(
      'five scrapes after the first sight of violations',
      async () => {
        await send(5, 10, { n: 'a text' });
        const [scrapes] = await prometheus.ask('count_over_time(betrace_violations_total{severity="CRITICAL",service_name="shop-0"}[5m])');
        return scrapes !== undefined && scrapes.value > 5 ? true : undefined;
      },
      TIMEOUT_MS,
      500,
    );
  }, 400_000);
  afterAll(async () => {
    await prometheus?.stop();
    await betrace?.stop();
    receiver?.stop();
    await webhook.close();
    rmSync(folder, { recursive: true });
  });

  it('return numbers, each of them', async () => {
    const empty: string[] = [];
    const last = await lastScrape();
    for (const [name, expression] of queries) {
      const answer = await prometheus.ask(filledIn(expression), last);
      if (answer.length === 0 || !answer.every(({ value }) => Number.isFinite(value))) empty.push(`${name}: ${JSON.stringify(answer)}`);
    }
    expect(empty).toEqual([]);
    expect(queries.length).toBeGreaterThan(50);
  });

  it('of docs/operations/queries.md return numbers that match their sentences', async () => {
    const text = readFileSync(join(grafana, '../../docs/operations/queries.md'), 'utf8');
    const documented = [...text.matchAll(/^```promql\n(.+)\n```$/gm)].map(([, query = '']) => query);
    expect(documented.length).toBeGreaterThan(15);
    const last = await lastScrape();
    const empty: string[] = [];
    const answers = new Map<string, Sample[]>();
    for (const query of documented) {
      const answer = await prometheus.ask(query, last);
      answers.set(query, answer);
      if (answer.length === 0 || !answer.every(({ value }) => Number.isFinite(value))) empty.push(`${query}: ${JSON.stringify(answer)}`);
    }
    expect(empty).toEqual([]);
    const rounded = (start: string, label: string) => {
      const query = documented.find((one) => one.startsWith(start))!;
      return Object.fromEntries(answers.get(query)!.map(({ metric, value }) => [metric[label] ?? '', Math.round(value)]));
    };
    expect(rounded('topk(10, sum by (rule_name)', 'rule_name')).toMatchObject({ slow: SLOW, unaudited: 1, never: 0 });
    expect(rounded('sum by (service_name)', 'service_name')).toEqual({ 'shop-0': 13, 'shop-1': 12, 'shop-2': 12, '': 1 });
    expect(rounded('sum(increase(betrace_violations_total{job="betrace-backend",severity="CRITICAL"}', 'severity')).toEqual({ '': SLOW });
    // The guides' own queries count series: this is why there are others.
    const [wrong] = await prometheus.ask('topk(10, count by (rule_name) (betrace_violations_total{rule_name="slow"}))', last);
    expect(wrong!.value).toBe(4);
  });

  it('have alerts that Prometheus can evaluate, of which the right ones fire', async () => {
    // The other alerts on this load wait for minutes; the rule `wrong` fails on every span that it judges.
    const right = ['BeTraceCriticalViolations', 'BeTraceRuleErrors'];
    let firing: readonly string[] = [];
    const asExpected = async () => {
      const alerts = await prometheus.alerts();
      expect(alerts.filter(({ health }) => health !== 'ok')).toEqual([]);
      firing = alerts.filter(({ state }) => state === 'firing').map(({ name }) => name);
      return firing.toSorted().join() === right.join() || undefined;
    };
    await eventually('the right alerts', asExpected, TIMEOUT_MS, 500).catch((error: Error) => {
      throw new Error(`${error.message}, but ${firing.join()}`, { cause: error });
    });
  });

  it('count once over a restart, a second process, and a partition that moved', () => {
    const of = (process: string) => `{job="betrace-backend",instance="${process}"`;
    const violations = (process: string) =>
      `betrace_violations_total${of(process)},severity="CRITICAL",rule_id="r",rule_name="R",service_name="s"}`;
    const lag = (process: string, partition: number) => `betrace_evaluator_lag_records${of(process)},partition="${partition}"}`;
    const series = [
      // Five, a restart with three more, and four of a process that started later.
      { series: violations('a'), values: '_x4 0 5x10 stale _x10 0 3x60' },
      { series: violations('b'), values: '_x30 0 4x60' },
      { series: lag('a', 3), values: '100x60 stale' },
      { series: lag('b', 3), values: '_x60 100x60' },
      { series: lag('b', 4), values: '7x120' },
    ];
    const asked = ([dashboard, title, labels, value]: readonly [string, string, string, number]) => {
      const panel = dashboards.find((one) => one.title === `BeTrace: ${dashboard}`)!.panels.find((one) => one.title === title)!;
      const expr = filledIn(panel.targets![0]!.expr, '20m');
      return { expr, eval_time: '20m', exp_samples: [{ labels, value }] };
    };
    const cases = [
      ['violations overview', 'Violations', '{}', 12],
      ['violations overview', 'CRITICAL', '{}', 12],
      ['violations overview', 'HIGH', '{}', 0],
      ['violation trends', 'Top 10 rules', '{rule_id="r",rule_name="R",severity="CRITICAL"}', 12],
      ['violation trends', 'Violations by service', '{service_name="s"}', 12],
      ['backend overview', 'Records not judged yet', '{}', 107],
    ] as const;
    const tests = join(folder, 'dashboards.test.yaml');
    writeFileSync(tests, stringify({ tests: [{ interval: '15s', input_series: series, promql_expr_test: cases.map(asked) }] }));
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', tests], { encoding: 'utf8' });
    expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  it('are about one installation of several, or about all', () => {
    const lag = (namespace: string, records: number) => ({
      series: `betrace_evaluator_lag_records{job="betrace-backend",namespace="${namespace}",partition="3"}`,
      values: `${records}x80`,
    });
    const ofProcess = (cluster: string, name: string, values: string) => ({
      series: `${name}{job="betrace-backend",cluster="${cluster}",namespace="prod",instance="a"}`,
      values,
    });
    const series = [
      lag('prod', 100),
      lag('test', 7),
      ...['eu', 'us'].flatMap((cluster) => [
        ofProcess(cluster, 'process_cpu_seconds_total', '0+15x80'),
        ofProcess(cluster, 'betrace_process_cpu_limit_cores', '2x80'),
        ofProcess(cluster, 'betrace_trace_memory_bytes', '64x80'),
      ]),
    ];
    const expr = (title: string, { at = 0, namespace }: { readonly at?: number; readonly namespace?: string } = {}) =>
      filledIn(dashboards.flatMap((each) => each.panels).find((each) => each.title === title)!.targets![at]!.expr, '20m', namespace);
    const half = (cluster: string) => ({
      labels: `{cluster="${cluster}",namespace="prod",job="betrace-backend",instance="a"}`,
      value: 0.5,
    });
    const cases = [
      { expr: expr('Records not judged yet'), exp_samples: [{ labels: '{}', value: 107 }] },
      { expr: expr('Records not judged yet', { namespace: 'prod' }), exp_samples: [{ labels: '{}', value: 100 }] },
      { expr: expr('Processor').replace('[15s]', '[1m]'), exp_samples: [half('eu'), half('us')] },
      {
        expr: expr('Memory', { at: 1 }),
        exp_samples: ['eu', 'us'].map((cluster) => ({ labels: `{cluster="${cluster}",namespace="prod",instance="a"}`, value: 64 })),
      },
    ].map((each) => ({ ...each, eval_time: '10m' }));
    const tests = join(folder, 'installations.test.yaml');
    writeFileSync(tests, stringify({ tests: [{ interval: '15s', input_series: series, promql_expr_test: cases }] }));
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', tests], { encoding: 'utf8' });
    expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  it('find the default job', async () => {
    for (const { templating } of dashboards) {
      const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(templating.list[1]!.query) ?? [];
      expect(await prometheus.labelValues(metric, label)).toEqual(['betrace-backend']);
    }
  });

  it('count violations singly, including a first burst', async () => {
    const last = await lastScrape();
    const of = async (dashboard: string, panel: string, at = 0) => {
      const { targets } = dashboards.find(({ title }) => title === `BeTrace: ${dashboard}`)!.panels.find(({ title }) => title === panel)!;
      return prometheus.ask(filledIn(targets![at]!.expr), last);
    };
    expect((await of('violations overview', 'Violations')).map(({ value }) => value)).toEqual([SLOW + 1]);
    expect((await of('violations overview', 'CRITICAL')).map(({ value }) => value)).toEqual([SLOW]);
    expect((await of('violations overview', 'HIGH')).map(({ value }) => value)).toEqual([0]);
    const services = await of('violation trends', 'Violations by service');
    expect(Object.fromEntries(services.map(({ metric, value }) => [metric['service_name'], value]))).toEqual({
      'shop-0': 13,
      'shop-1': 12,
      'shop-2': 12,
      'no service': 1,
    });
    const [top] = await of('violation trends', 'Top 10 rules');
    expect(top).toMatchObject({ metric: { rule_name: 'slow', severity: 'CRITICAL' }, value: SLOW });
    const matches = await of('rule performance', 'Rules', 1);
    expect(Object.fromEntries(matches.map(({ metric, value }) => [metric['rule_id'], value]))).toMatchObject({ slow: SLOW, never: 0 });
    expect((await of('rule performance', 'Rules that matched nothing')).map(({ metric }) => metric['rule_id']).sort()).toEqual([
      'never',
      'wrong',
    ]);
    const retracted = await of('rule performance', 'Rules', 2);
    expect(Object.fromEntries(retracted.map(({ metric, value }) => [metric['rule_id'], value]))).toMatchObject({ unaudited: 1, slow: 0 });
    const [shadow] = await of('rule performance', 'Rules in shadow');
    expect(shadow).toMatchObject({ metric: { rule_id: 'candidate' }, value: SLOW });
  });
});
