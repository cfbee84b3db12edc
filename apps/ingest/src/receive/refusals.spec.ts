import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import * as grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeRequest } from '#otlp';
import { aRequest, aSpan, bytesOf } from '../../../../test/fixtures/ingest/requests.js';
import { type RunningIngest, startIngest } from '../../../../test/fixtures/ingest/start-ingest.js';
import { eventually } from '../../../../test/harness/eventually.js';

const LIMIT = 200_000;
const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';
const TRACES = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

let ingest: RunningIngest;
const start = (timeout: string) =>
  startIngest({ BETRACE_REQUEST_LIMIT: String(LIMIT), BETRACE_API_KEY: 'sesame', BETRACE_REQUEST_TIMEOUT: timeout });
beforeAll(async () => {
  ingest = await start('60s');
});
afterAll(() => ingest.stop());

type Body = string | Uint8Array<ArrayBuffer>;
const post = (path: string, body: Body, type = PROTOBUF, headers: Record<string, string> = {}) =>
  fetch(ingest.url + path, { method: 'POST', body, headers: { 'content-type': type, 'x-api-key': 'sesame', ...headers } });
const call = (body: Uint8Array, path = TRACES, options: grpc.ClientOptions = {}, key = 'sesame') =>
  new Promise<{ code: number; details: string; body: string }>((resolve) => {
    const client = new grpc.Client(`127.0.0.1:${ingest.grpcPorts[0]}`, grpc.credentials.createInsecure(), options);
    const metadata = new grpc.Metadata();
    metadata.set('x-api-key', key);
    const same = (bytes: Buffer) => bytes;
    client.makeUnaryRequest(path, same, same, Buffer.from(body), metadata, (error, response) => {
      client.close();
      resolve({ code: error?.code ?? 0, details: error?.details ?? '', body: response?.toString('latin1') ?? '' });
    });
  });
const count = async (line: string): Promise<number> => {
  const text = await (await fetch(`${ingest.url}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((candidate) => candidate.startsWith(`${line} `))
      ?.slice(line.length) ?? 0,
  );
};
const refused = (receiver: string, outcome: string) => count(`betrace_ingest_requests_total{receiver="${receiver}",outcome="${outcome}"}`);
const warned = (receiver: string, warning: string) => count(`betrace_ingest_warnings_total{receiver="${receiver}",warning="${warning}"}`);

const bomb = () => new Uint8Array(gzipSync(new Uint8Array(LIMIT * 50)));

describe('a request refused before it is read is counted once', () => {
  it.each<[string, string, string, () => Promise<Response>]>([
    ['otlp_http', 'without a key', 'BT_HTTP_UNAUTHENTICATED', () => post('/v1/traces', '', PROTOBUF, { 'x-api-key': 'no' })],
    ['otlp_http', 'too large', 'BT_HTTP_TOO_LARGE', () => post('/v1/traces', new Uint8Array(LIMIT + 1))],
    ['otlp_http', 'a bomb', 'BT_HTTP_TOO_LARGE', () => post('/v1/traces', bomb(), PROTOBUF, { 'content-encoding': 'gzip' })],
    ['otlp_http', 'of another type', 'BT_INGEST_CONTENT_TYPE', () => post('/v1/traces', 'x', 'text/plain')],
    [
      'otlp_http',
      'in another encoding',
      'BT_HTTP_UNSUPPORTED_MEDIA_TYPE',
      () => post('/v1/traces', 'x', PROTOBUF, { 'content-encoding': 'lzma' }),
    ],
    ['otlp_http', 'not gzip', 'BT_HTTP_BAD_ENCODING', () => post('/v1/traces', 'x', PROTOBUF, { 'content-encoding': 'gzip' })],
    ['otlp_http', 'malformed', 'BT_OTLP_MALFORMED', () => post('/v1/traces', 'hello')],
    ['otlp_http', 'metrics', 'BT_INGEST_TRACES_ONLY', () => post('/v1/metrics', 'hello')],
    ['otlp_http', 'metrics of no media type', 'BT_INGEST_TRACES_ONLY', () => post('/v1/metrics', 'hello', 'protobuf')],
    ['otlp_http', 'logs without a type', 'BT_INGEST_TRACES_ONLY', () => post('/v1/logs', 'hello', '')],
    ['otlp_http', 'of no media type', 'BT_INGEST_CONTENT_TYPE', () => post('/v1/traces', 'x', 'json')],
    ['spans_json', 'without a type', 'BT_INGEST_CONTENT_TYPE', () => post('/v1/spans', '{}', '')],
    ['spans_json', 'too large', 'BT_HTTP_TOO_LARGE', () => post('/v1/spans', new Uint8Array(LIMIT + 1), JSON_TYPE)],
    ['spans_json', 'of another type', 'BT_INGEST_CONTENT_TYPE', () => post('/v1/spans', 'x', 'text/plain')],
  ])('over %s: %s', async (receiver, _, outcome, send) => {
    const before = await refused(receiver, outcome);
    await (await send()).arrayBuffer();
    expect(await refused(receiver, outcome)).toBe(before + 1);
  });

  it.each<[string, string, number, () => Promise<{ code: number }>]>([
    ['without a key', 'BT_HTTP_UNAUTHENTICATED', grpc.status.UNAUTHENTICATED, () => call(Buffer.alloc(0), TRACES, {}, 'no')],
    ['too large', 'BT_HTTP_TOO_LARGE', grpc.status.RESOURCE_EXHAUSTED, () => call(new Uint8Array(LIMIT + 1))],
    [
      'too large after decompression',
      'BT_HTTP_TOO_LARGE',
      grpc.status.RESOURCE_EXHAUSTED,
      () => call(new Uint8Array(LIMIT + 1), TRACES, { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip }),
    ],
    ['malformed', 'BT_OTLP_MALFORMED', grpc.status.INVALID_ARGUMENT, () => call(Buffer.from('hello'))],
  ])('over gRPC: %s', async (_, outcome, code, send) => {
    const before = await refused('otlp_grpc', outcome);
    expect((await send()).code).toBe(code);
    expect(await refused('otlp_grpc', outcome)).toBe(before + 1);
  });
});

describe('a request that stalls is closed', () => {
  const startAgain = async (timeout: string) => {
    await ingest.stop();
    ingest = await start(timeout);
  };
  beforeAll(() => startAgain('700ms'));
  afterAll(() => startAgain('60s'));

  const stalled = (head: string) =>
    new Promise<string>((resolve) => {
      let answer = '';
      const socket = connect(Number(new URL(ingest.url).port), '127.0.0.1');
      socket.on('data', (chunk: Buffer) => void (answer += chunk.toString()));
      socket.on('close', () => resolve(answer));
      socket.on('error', () => undefined);
      socket.write(head);
    });

  it('in its body: 408, counted, its memory released', async () => {
    const before = await refused('otlp_http', 'BT_HTTP_TIMEOUT');
    const head = `POST /v1/traces HTTP/1.1\r\nhost: localhost\r\nx-api-key: sesame\r\ncontent-type: ${PROTOBUF}\r\ncontent-length: 90000\r\n\r\n`;
    const answer = await stalled(head + 'x'.repeat(50_000));
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(await refused('otlp_http', 'BT_HTTP_TIMEOUT')).toBe(before + 1);
    expect(await count('betrace_ingest_in_flight_bytes')).toBe(0);
  });

  it('in its head', async () => {
    expect(await stalled('POST /v1/traces HTTP/1.1\r\nhost: localhost\r\nx-slow: ')).toMatch(
      /^HTTP\/1.1 408 [\s\S]*application\/problem\+json/,
    );
  });

  it('over gRPC: DEADLINE_EXCEEDED, counted', async () => {
    const before = await refused('otlp_grpc', 'BT_HTTP_TIMEOUT');
    const client = new grpc.Client(`127.0.0.1:${ingest.grpcPorts[0]}`, grpc.credentials.createInsecure());
    const code = await new Promise((resolve) => {
      const same = (bytes: Buffer) => bytes;
      // A stream of messages whose first never arrives.
      const stream = client.makeClientStreamRequest(TRACES, same, same, (error) => resolve(error?.code));
      stream.on('error', () => undefined);
    });
    client.close();
    expect(code).toBe(grpc.status.DEADLINE_EXCEEDED);
    await eventually('the count', async () => ((await refused('otlp_grpc', 'BT_HTTP_TIMEOUT')) === before + 1 ? true : undefined));
  });
});

/** A ResourceSpans whose ScopeSpans are in the field of 2021. */
function legacyRequest(): Uint8Array<ArrayBuffer> {
  const now = Buffer.from(bytesOf(aRequest([aSpan()])));
  // resourceSpans { resource, scopeSpans }: the tag 0x12 before the scope becomes that of field 1000.
  const body = now.subarray(now[1]! < 0x80 ? 2 : 3);
  const resource = 2 + body[1]!;
  const inner = Buffer.concat([body.subarray(0, resource), Buffer.from([0xc2, 0x3e]), body.subarray(resource + 1)]);
  const length = inner.length < 0x80 ? [inner.length] : [(inner.length & 0x7f) | 0x80, inner.length >> 7];
  return new Uint8Array(Buffer.concat([Buffer.from([0x0a, ...length]), inner]));
}

describe('bytes without spans are answered with a warning', () => {
  const good = { spans: [{ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: 'eee19b7ec3c1b174', name: 'x' }] };
  const scoped = [good];

  it.each<[string, unknown, string, string]>([
    ['scope_spans', { resourceSpans: [{ scope_spans: scoped }] }, 'unread', 'resourceSpans[0].scope_spans'],
    [
      'instrumentationLibrarySpans',
      { resourceSpans: [{ instrumentationLibrarySpans: scoped }] },
      'unread',
      'resourceSpans[0].instrumentationLibrarySpans',
    ],
    ['batches', { batches: [{ scopeSpans: scoped }] }, 'unread', 'batches'],
    ['another name', { traces: [{ scopeSpans: scoped }] }, 'no_spans', 'no span was found'],
    ['another name one level deeper', { resourceSpans: [{ scopeSpans: [{ span: good.spans }] }] }, 'no_spans', 'no span was found'],
    [
      'scope_spans in addition to scopeSpans',
      { resourceSpans: [{ scopeSpans: scoped }, { scope_spans: scoped }] },
      'unread',
      'resourceSpans[1].scope_spans',
    ],
  ])('in JSON, under %s', async (_, body, kind, sentence) => {
    const before = await warned('otlp_http', kind);
    const response = await post('/v1/traces', JSON.stringify(body), JSON_TYPE);
    expect([response.status, await response.json()]).toEqual([
      200,
      { partialSuccess: { rejectedSpans: '0', errorMessage: expect.stringContaining(sentence) } },
    ]);
    expect(await warned('otlp_http', kind)).toBe(before + 1);
  });

  it.each<[string, () => Uint8Array<ArrayBuffer>, string, string]>([
    ['the field of 2021', legacyRequest, 'unread', 'field 1000'],
    ['an unknown field', () => new Uint8Array([0x7a, 3, 1, 2, 3]), 'no_spans', 'no span was found'],
  ])('in protobuf, under %s, over HTTP and gRPC', async (_, body, kind, sentence) => {
    const overHttp = await post('/v1/traces', body());
    expect([overHttp.status, await overHttp.text()]).toEqual([200, expect.stringContaining(sentence)]);
    const before = await warned('otlp_grpc', kind);
    expect(await call(body())).toMatchObject({ code: 0, body: expect.stringContaining(sentence) });
    expect(await warned('otlp_grpc', kind)).toBe(before + 1);
  });

  it.each(['{}', ' {"resourceSpans": []} ', '{"resourceSpans":null}', '\uFEFF{}'])('but an empty request is not: %s', async (body) => {
    expect(await (await post('/v1/traces', body, JSON_TYPE)).json()).toEqual({});
  });

  it('tests with a legacy request, which decodes without spans', () => {
    const request = decodeRequest(legacyRequest());
    expect(request.resourceSpans).toMatchObject([{ resource: { attributes: [{ key: 'service.name' }] }, scopeSpans: [] }]);
  });
});

describe('other signals', () => {
  it.each([
    ['metrics', 'OTEL_METRICS_EXPORTER=none'],
    ['logs', 'OTEL_LOGS_EXPORTER=none'],
  ])('%s get an answer that names the setting', async (signal, setting) => {
    const response = await post(`/v1/${signal}`, JSON.stringify({}), JSON_TYPE);
    expect([response.status, await response.json()]).toEqual([
      404,
      expect.objectContaining({ code: 5, message: expect.stringContaining(setting) }),
    ]);
    const service = signal === 'metrics' ? 'metrics.v1.MetricsService' : 'logs.v1.LogsService';
    expect(await call(Buffer.from('x'), `/opentelemetry.proto.collector.${service}/Export`)).toMatchObject({
      code: grpc.status.UNIMPLEMENTED,
      details: expect.stringContaining(setting),
    });
  });

  it('get 404 for a wrong path, instead of 415', async () => {
    for (const path of ['/v1/trace', '/otlp/v1/traces', '/V1/TRACES', '//v1/traces']) {
      const response = await post(path, bytesOf(aRequest()));
      expect([response.status, await response.json()]).toEqual([
        404,
        expect.objectContaining({ code: 'BT_HTTP_NOT_FOUND', detail: expect.stringContaining('/v1/traces') }),
      ]);
    }
    const root = await post('/', bytesOf(aRequest()));
    expect([root.status, root.headers.get('allow'), await root.json()]).toEqual([
      405,
      'GET, HEAD',
      expect.objectContaining({ detail: expect.stringContaining('/v1/traces') }),
    ]);
  });
});
