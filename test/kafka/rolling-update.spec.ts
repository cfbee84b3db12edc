import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeRequest, encodeRequest, spansFromValue } from '#otlp';
import { exportOverGrpc } from '../chaos/back-pressure.js';
import { BeTrace } from '../harness/betrace.js';
import { createRule } from '../harness/create-rule.js';
import { eventually } from '../harness/eventually.js';
import { Balanced } from '../harness/kafka/balanced.js';
import { Cluster, type ClusterApp, metric } from '../harness/kafka/cluster.js';
import { newerVersion, type OtherVersion } from '../harness/other-version.js';
import { WebhookReceiver } from '../harness/services/webhook-receiver.js';

const TIMEOUT_MS = 120_000;
/** Longer than a balancer takes to notice that a process stops, even on a busy machine. */
const DRAIN = '8s';
/** The code of the replaced version: the code under test, or another folder with an entry for each app. */
const OLDER = process.env['BETRACE_TEST_OLDER'] || undefined;
const RULES = {
  handed: 'span.name == "handed"',
  unaudited: 'trace.has(span.name == "handed") and not trace.has(span.name == "audit")',
};

const why = await Cluster.whyNot();
if (why !== undefined) console.warn(`SKIPPED: Kafka: rolling update (${why})`);

/** A trace whose spans were all acknowledged. */
interface Sent {
  readonly id: string;
  readonly audited: boolean;
}

interface Row {
  readonly rule_id: string;
  readonly wire_trace_id: string;
}

/** Old and new processes side by side, replaced like by an orchestrator: a new one is in service before an old one gets SIGTERM. */
(why === undefined ? describe : describe.skip)('Kafka: a rolling update', () => {
  const hook = new WebhookReceiver();
  const ingests = new Balanced();
  const apis = new Balanced();
  const sent: Sent[] = [];
  let cluster: Cluster;
  let newer: OtherVersion;
  let folder: string;
  let changes = 0;

  beforeAll(async () => {
    await hook.open();
    folder = await mkdtemp(join(tmpdir(), 'betrace-rolling-'));
    const receivers = join(folder, 'receivers.json');
    await writeFile(receivers, JSON.stringify({ receivers: [{ name: 'chat', webhook: hook.url, rules: Object.keys(RULES) }] }));
    newer = newerVersion();
    cluster = await Cluster.start({
      BETRACE_DRAIN_PERIOD: DRAIN,
      BETRACE_SHUTDOWN_TIMEOUT: '60s',
      BETRACE_NOTIFICATIONS_FILE: receivers,
      BETRACE_TRACE_ROOT_GRACE: '3s',
    });
    await Promise.all((['api', 'api', 'ingest', 'ingest', 'evaluator', 'evaluator'] as const).map((app) => cluster.add(app, {}, OLDER)));
    const [api] = cluster.all('api');
    for (const [id, expression] of Object.entries(RULES)) await createRule(api!, { id, name: id, expression, severity: 'LOW' });
    for (const process of cluster.all('ingest')) await ingests.route(process);
    for (const process of cluster.all('api')) await apis.route(process);
  }, 400_000);
  afterAll(async () => {
    await Promise.all([ingests.end(), apis.end()]);
    await cluster?.stop();
    await hook.close();
    newer?.remove();
    await rm(folder, { recursive: true, force: true });
  }, 120_000);

  const request = (traceId: string, name: string, parent?: string) => {
    const span = { trace_id: traceId, span_id: randomBytes(8).toString('hex'), name, start_time: Date.now() * 1e6, duration: 1e6 };
    return encodeRequest(
      spansFromValue({ spans: [{ ...span, ...(parent === undefined ? {} : { parent_span_id: parent }) }] }, { incomplete: true }),
    );
  };
  const overHttp = async ({ url }: BeTrace, body: Uint8Array) => {
    const headers = { 'content-type': 'application/x-protobuf' };
    const answer = await fetch(`${url}/v1/traces`, { method: 'POST', body: new Uint8Array(body), headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`HTTP ${answer.status} ${text}`);
  };
  const overGrpc = async (process: BeTrace, body: Uint8Array) => {
    const status = await exportOverGrpc(process, body, 15_000);
    if (status !== undefined) throw new Error(`gRPC ${JSON.stringify(status)}`);
  };
  /** A trace in two requests, possibly to different processes; every other one violates the rule about the whole trace. */
  const sendTraces = (send: typeof overHttp) =>
    ingests.repeat(async (process) => {
      const trace = { id: randomBytes(16).toString('hex'), audited: sent.length % 2 === 0 };
      await send(process, request(trace.id, 'handed'));
      await pause(150);
      await send(ingests.pick(), request(trace.id, trace.audited ? 'audit' : 'other', 'aaaaaaaaaaaaaaaa'));
      sent.push(trace);
      await pause(100);
    });
  const useApi = async (api: BeTrace) => {
    const list = await api.json('GET', '/v1/violations?limit=1');
    const change = { name: 'changing', expression: `span.duration > ${++changes + 1_000}s`, severity: 'LOW' };
    const rule = await api.json('PUT', '/v1/rules/changing', change);
    if (list.status !== 200 || (rule.status !== 200 && rule.status !== 201)) throw new Error(`${list.status}, ${rule.status}`);
    await pause(2_000);
  };
  const some = async () => {
    const before = sent.length;
    await eventually('some more traces', async () => (sent.length > before + 10 ? true : undefined), TIMEOUT_MS);
  };

  /** Replaces all processes of an app, one after the other. Returns what the old ones logged at their end. */
  const roll = async (app: ClusterApp, to: string | undefined): Promise<void> => {
    const balanced = { ingest: ingests, api: apis, evaluator: undefined }[app];
    for (const name of cluster.names(app)) {
      const added = cluster.process(await cluster.add(app, {}, to));
      await balanced?.route(added);
      const old = cluster.process(name);
      await cluster.remove(name);
      const late = old.logs().match(/.*(did not stop in order|shutdown timed out|"level":"fatal").*/)?.[0];
      expect([name, old.process.exitCode, late]).toEqual([name, 0, undefined]);
      await some();
    }
  };
  const versions = async () => {
    const processes = (['ingest', 'evaluator', 'api'] as const).flatMap((app) => cluster.all(app));
    return Promise.all(processes.map(async (one) => (await one.json<{ version: string }>('GET', '/health')).body.version));
  };
  /** Traces with an open violation of a rule, one row each, from the database. */
  const found = async (rule: string) => {
    const rows = await cluster.sql<Row>(`SELECT rule_id, wire_trace_id FROM violations WHERE status = 'open' AND rule_id = '${rule}'`);
    return rows.map(({ wire_trace_id }) => wire_trace_id).toSorted();
  };
  const expectAll = async () => {
    const due = { handed: sent.map(({ id }) => id), unaudited: sent.filter(({ audited }) => !audited).map(({ id }) => id) };
    for (const [rule, traces] of Object.entries(due)) {
      const all = async () => ((await found(rule)).length >= traces.length ? true : undefined);
      await eventually(`the violations of ${rule}`, all, TIMEOUT_MS);
      expect(await found(rule)).toEqual(traces.toSorted());
    }
  };

  it('to a version with one migration more, and back, loses, doubles and refuses nothing', async () => {
    for (const send of [overHttp, overGrpc]) sendTraces(send);
    apis.repeat(useApi);
    await some();
    const [before] = await versions();
    expect(new Set(await versions())).toEqual(new Set([before]));
    for (const app of ['evaluator', 'ingest', 'api'] as const) await roll(app, newer.folder);
    expect(new Set(await versions())).toEqual(new Set([newer.version]));
    // A rollback as Helm does it: all three Deployments at the same time.
    await Promise.all((['api', 'evaluator', 'ingest'] as const).map((app) => roll(app, OLDER)));
    expect(new Set(await versions())).toEqual(new Set([before]));
    await Promise.all([ingests.end(), apis.end()]);

    expect([...ingests.refused, ...apis.refused]).toEqual([]);
    expect(cluster.ended()).toEqual([]);
    expect(changes).toBeGreaterThan(5);
    await expectAll();
    // Each is exported and notified once: what a successor of another version publishes again is recognised by its id.
    const lag = async () => {
      const lags = await Promise.all(cluster.all('api').map((api) => metric(api, 'betrace_otlp_export_lag_records')));
      const told = await Promise.all(cluster.all('api').map((api) => metric(api, 'betrace_notification_lag_records')));
      return [...lags, ...told].flat().reduce((sum, records) => sum + records, 0);
    };
    await eventually('the end of the exports', async () => ((await lag()) === 0 ? true : undefined), TIMEOUT_MS);
    const spans = cluster.receiver.requests
      .flatMap((body) => decodeRequest(body).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)))
      .map(({ spanId }) => spanId);
    expect(spans.length).toBe(new Set(spans).size);
    const violations = sent.length + sent.filter(({ audited }) => !audited).length;
    expect(spans.length).toBeGreaterThanOrEqual(violations);
    const messages = hook.taken.map(({ headers }) => String(headers['webhook-id']));
    expect(messages.length).toBe(new Set(messages).size);
    expect(messages.length).toBeGreaterThanOrEqual(violations);
    const warned = cluster.all('api').map((api) => /9001-later.*a newer version of BeTrace has migrated/.test(api.logs()));
    expect(warned).toEqual([true, true]);
  }, 1_200_000);

  it('forward again completes what the older version wrote', async () => {
    const left = async () => Number((await cluster.sql<{ n: string }>('SELECT count(*) AS n FROM violations WHERE later IS NULL'))[0]!.n);
    expect(await left()).toBeGreaterThan(0);
    await cluster.add('api', {}, newer.folder);
    await eventually('the rest', async () => ((await left()) === 0 ? true : undefined), TIMEOUT_MS);
    await expectAll();
  }, 400_000);
});
