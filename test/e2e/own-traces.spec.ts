import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OWN_SCOPE } from '#base';
import { attributeOf, decodeRequest, type Span } from '#otlp';
import { aRequest, aSpan, bytesOf } from '../fixtures/ingest/requests.js';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { freePorts } from '../harness/free-port.js';
import { metric } from '../harness/kafka/cluster.js';
import { OtlpHttpReceiver } from '../harness/services/otlp-http-receiver.js';
import { OtlpReceiver } from '../harness/services/otlp-receiver.js';
import { WebhookReceiver } from '../harness/services/webhook-receiver.js';

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const SENDER = { traceId: 'aaaabbbbccccddddaaaabbbbccccdddd', spanId: '00f067aa0ba902b7' };
const TRACEPARENT = `00-${SENDER.traceId}-${SENDER.spanId}-01`;
const UNSAMPLED = '00-11112222333344441111222233334444-00f067aa0ba902b7-00';

/** Names of root spans for background work. */
const BACKGROUND = ['judge spans', 'export violations', 'notify webhook', 'store: keep violations', 'store: note exports'];

describe('traces of BeTrace itself', () => {
  const hook = new WebhookReceiver();
  let tempo: OtlpReceiver;
  let own: OtlpReceiver;
  let folder: string;
  let betrace: BeTrace;

  beforeAll(async () => {
    const [first = 0, second = 0] = await freePorts(2);
    tempo = new OtlpReceiver(first);
    own = new OtlpReceiver(second);
    await Promise.all([hook.open(), tempo.start(), own.start()]);
    folder = await mkdtemp(join(tmpdir(), 'betrace-own-'));
    const receivers = join(folder, 'receivers.json');
    await writeFile(receivers, JSON.stringify({ receivers: [{ name: 'chat', webhook: hook.url }] }));
    betrace = await BeTrace.start({
      env: {
        BETRACE_TRACING_ENDPOINT: own.endpoint,
        BETRACE_TRACING_SAMPLE_RATIO: '1',
        BETRACE_TRACE_ROOT_GRACE: '100ms',
        OTEL_EXPORTER_OTLP_ENDPOINT: tempo.endpoint,
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=of-tempo',
        BETRACE_NOTIFICATIONS_FILE: receivers,
      },
    });
  });
  afterAll(async () => {
    await betrace?.kill();
    for (const receiver of [tempo, own]) receiver.stop();
    await hook.close();
    await rm(folder, { recursive: true, force: true });
  });

  const post = (body: Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${betrace.url}/v1/traces`, { method: 'POST', body, headers: { 'content-type': 'application/x-protobuf', ...headers } });
  const scopes = (requests: readonly Buffer[]) =>
    requests.flatMap((request) => decodeRequest(request).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans));
  const told = (): readonly Span[] => scopes(own.requests).flatMap(({ spans }) => spans);
  const named = (name: string) => told().filter((span) => span.name === name);
  const has = (name: string) => eventually(`a span "${name}"`, async () => (named(name).length > 0 ? named(name) : undefined), 60_000);

  it("cover requests, appends, batches judged, writes, exports and notifications, below the sender's span", async () => {
    expect((await betrace.json('POST', '/v1/rules', { name: 'slow', expression: 'span.duration > 1s', severity: 'HIGH' })).status).toBe(
      201,
    );
    expect((await post(bytesOf(aRequest()), { traceparent: TRACEPARENT })).status).toBe(200);
    for (const name of [
      'POST /v1/traces',
      'POST /v1/rules',
      'append betrace.spans',
      'append betrace.violations',
      'append betrace.rules',
      'store: put rule',
      ...BACKGROUND,
    ])
      await has(name);

    const [request] = await has('POST /v1/traces');
    expect(request).toMatchObject({ traceId: SENDER.traceId, parentSpanId: SENDER.spanId, kind: 2 });
    expect(attributeOf(request!.attributes, 'http.response.status_code')).toBe(200);
    const [append] = named('append betrace.spans').filter(({ traceId }) => traceId === SENDER.traceId);
    expect(append).toMatchObject({ parentSpanId: request!.spanId, kind: 4 });
    const [create] = named('POST /v1/rules');
    expect(named('store: put rule')[0]).toMatchObject({ traceId: create!.traceId, parentSpanId: create!.spanId });
    for (const name of BACKGROUND) for (const span of named(name)) expect([name, span.parentSpanId]).toEqual([name, '']);
    for (const { startTimeUnixNano, endTimeUnixNano } of told()) {
      expect(Math.abs(Number(startTimeUnixNano) / 1e6 - Date.now())).toBeLessThan(120_000);
      expect(endTimeUnixNano).toBeGreaterThanOrEqual(startTimeUnixNano);
    }
    expect(new Set(scopes(own.requests).map(({ scope }) => scope?.name))).toEqual(new Set([OWN_SCOPE]));
    expect(told().filter(({ name }) => /ready|health|metrics/.test(name))).toEqual([]);
  });

  it('continue at the webhook, with the header of W3C Trace Context', async () => {
    const [message] = await eventually('a message', async () => (hook.taken.length > 0 ? hook.taken : undefined));
    const [, traceId, spanId] = String(message!.headers['traceparent']).split('-');
    expect((await has('notify webhook')).map((span) => [span.traceId, span.spanId])).toContainEqual([traceId, spanId]);
  });

  it('cover calls over gRPC, except those that their sender does not sample', async () => {
    const client = new grpc.Client(`127.0.0.1:${betrace.ports.grpc}`, grpc.credentials.createInsecure());
    const same = (bytes: Buffer) => bytes;
    const call = (traceparent: string, body: Uint8Array) =>
      new Promise<number>((done) => {
        const metadata = new grpc.Metadata();
        metadata.set('traceparent', traceparent);
        client.makeUnaryRequest(EXPORT, same, same, Buffer.from(body), metadata, (error) => done(error?.code ?? 0));
      });
    expect(await call(UNSAMPLED, bytesOf(aRequest([aSpan({ spanId: '1111111111111111' })])))).toBe(0);
    expect(await call(TRACEPARENT, Buffer.from([0xff]))).toBe(grpc.status.INVALID_ARGUMENT);
    expect(await call(TRACEPARENT, bytesOf(aRequest([aSpan({ spanId: '2222222222222222' })])))).toBe(0);
    client.close();
    const calls = await eventually('both', async () => (named(EXPORT.slice(1)).length > 1 ? named(EXPORT.slice(1)) : undefined));
    expect(calls.map((span) => [span.traceId, span.parentSpanId, attributeOf(span.attributes, 'rpc.grpc.status_code')])).toEqual([
      [SENDER.traceId, SENDER.spanId, grpc.status.INVALID_ARGUMENT],
      [SENDER.traceId, SENDER.spanId, grpc.status.OK],
    ]);
  });

  it('are never judged, and no span covers the requests that bring them, which would never end', async () => {
    const evaluated = async () => (await metric(betrace, 'betrace_spans_evaluated_total')).reduce((sum, value) => sum + value, 0);
    const rule = { name: 'everything', expression: 'span.duration >= 0s', severity: 'LOW' };
    expect((await betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
    expect((await betrace.json('POST', '/v1/settle?timeout=60s')).status).toBe(204);
    // Evaluators report their counts at intervals.
    const accepted = async () => (await metric(betrace, 'betrace_spans_ingested_total')).reduce((sum, value) => sum + value, 0);
    const before = await accepted();
    await eventually('the counts of the spans before', async () => ((await evaluated()) === before ? true : undefined));
    const brought = [...own.requests];
    const count = scopes(brought).flatMap(({ spans }) => spans).length;
    expect(count).toBeGreaterThan(10);
    const requestsBefore = named('POST /v1/traces').length;
    for (const body of brought) expect((await post(new Uint8Array(body), { traceparent: TRACEPARENT })).status).toBe(200);
    // A later request of others: its spans show that the requests before it have none.
    const last = '3333333333333333';
    expect((await post(bytesOf(aRequest([aSpan({ spanId: last })])), { traceparent: `00-${SENDER.traceId}-${last}-01` })).status).toBe(200);
    await eventually('the span of the last request', async () =>
      named('POST /v1/traces').some(({ parentSpanId }) => parentSpanId === last) ? true : undefined,
    );
    expect(named('POST /v1/traces')).toHaveLength(requestsBefore + 1);
    await eventually('its judgement', async () => ((await evaluated()) > before ? true : undefined));
    expect(await evaluated()).toBe(before + 1);
    const ownCount = async () => (await metric(betrace, 'betrace_spans_own_total')).reduce((sum, value) => sum + value, 0);
    await eventually('the count of its own spans', async () => ((await ownCount()) >= count ? true : undefined));
    expect(await ownCount()).toBe(count);
  });

  it('recorded before a stop arrive, and are counted', async () => {
    const [outcomes] = [await (await fetch(`${betrace.url}/metrics`)).text()];
    expect(outcomes).toMatch(/^betrace_tracing_spans_total\{outcome="lost"\} 0$/m);
    await betrace.json('GET', '/v1/violations');
    expect(await betrace.stop()).toBe(0);
    await has('GET /v1/violations');
  });
});

describe('an endpoint for traces of BeTrace itself', () => {
  it.each(['127.0.0.1', 'localhost', '[::1]', 'http://127.0.0.2'])('is refused when it is its own: %s', async (host) => {
    const [http = 0, grpcPort = 0] = await freePorts(2);
    const betrace = await BeTrace.spawn({ ports: { http, grpc: grpcPort }, env: { BETRACE_TRACING_ENDPOINT: `${host}:${grpcPort}` } });
    expect(await betrace.exited()).toBe(1);
    expect(betrace.logs()).toMatch(/BT_CONFIGURATION_INVALID[\s\S]*tracing\.endpoint: is .*, a port of BeTrace itself/);
  });

  it("that is down costs only BeTrace's own spans; its headers are its own", async () => {
    const [port = 0] = await freePorts(1);
    const receiver = new OtlpHttpReceiver(port);
    const betrace = await BeTrace.start({
      env: {
        BETRACE_TRACING_ENDPOINT: receiver.endpoint,
        BETRACE_TRACING_PROTOCOL: 'http/json',
        BETRACE_TRACING_SAMPLE_RATIO: '1',
        BETRACE_TRACING_HEADERS: 'x-tenant=ops',
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=of-tempo',
      },
    });
    try {
      const span = { trace_id: 'trace-1', span_id: 'span-1', name: 'slow', start_time: 0, duration: 2_000_000_000 };
      expect((await betrace.json('POST', '/v1/spans', { spans: [span] })).status).toBe(202);
      const lost = async () => /outcome="lost"\} [1-9]/.exec(await (await fetch(`${betrace.url}/metrics`)).text()) ?? undefined;
      await eventually('lost spans', lost, 60_000);
      expect(betrace.logs()).toMatch(/"level":"warn".*spans about BeTrace itself are lost: http:\/\/127/);
      expect((await fetch(`${betrace.url}/ready`)).status).toBe(200);
      await receiver.start();
      const arrived = await eventually(
        'a span',
        async () => {
          await betrace.json('GET', '/v1/rules');
          return receiver.requests[0];
        },
        60_000,
      );
      expect(arrived).toMatchObject({ path: '/v1/traces', contentType: 'application/json' });
      expect(arrived.headers).toMatchObject({ 'x-tenant': 'ops' });
      expect(arrived.headers['authorization']).toBeUndefined();
      const [of] = (
        JSON.parse(arrived.body.toString()) as { resourceSpans: { resource: { attributes: { key: string; value: object }[] } }[] }
      ).resourceSpans;
      expect(of!.resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'betrace-standalone' } });
    } finally {
      await betrace.kill();
      receiver.stop();
    }
  });
});
