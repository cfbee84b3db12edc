import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import protobuf from 'protobufjs';
import { aRequest, aSpan, bytesOf, TRACE_A, TRACE_B } from '../../../../../test/fixtures/ingest/requests.js';
import { loggedSpans, type RunningIngest, startIngest } from '../../../../../test/fixtures/ingest/start-ingest.js';

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';
const LIMIT = 200_000;

/** The messages by the specification, to decode responses independently of our own code. */
const messages = protobuf.parse(`syntax = "proto3";
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message Any { string type_url = 1; bytes value = 2; }
  message Response { PartialSuccess partial_success = 1; }
  message PartialSuccess { int64 rejected_spans = 1; string error_message = 2; }`).root;
const decode = (type: string, bytes: Uint8Array) =>
  messages.lookupType(type).toObject(messages.lookupType(type).decode(bytes), { longs: Number });

let ingest: RunningIngest;
beforeAll(async () => {
  ingest = await startIngest({ BETRACE_REQUEST_LIMIT: String(LIMIT), BETRACE_OTLP_STANDARD_PORTS: 'true' });
});
afterAll(() => ingest.stop());

type Body = string | Uint8Array<ArrayBuffer>;
const post = (body: Body, type: string, headers: Record<string, string> = {}) =>
  fetch(`${ingest.url}/v1/traces`, { method: 'POST', body, headers: { 'content-type': type, ...headers } });
const bytesIn = async (response: Response) => new Uint8Array(await response.arrayBuffer());
const metric = async (line: string): Promise<number> => {
  const text = await (await fetch(`${ingest.url}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((candidate) => candidate.startsWith(`${line} `))
      ?.slice(line.length) ?? 0,
  );
};

describe('OTLP/HTTP', () => {
  it('answers success when the spans are in the log', async () => {
    const before = await loggedSpans(ingest.log);
    const response = await post(bytesOf(aRequest([aSpan({ name: 'kept' })])), PROTOBUF);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, PROTOBUF]);
    expect(await bytesIn(response)).toHaveLength(0);
    const after = await loggedSpans(ingest.log);
    expect(after).toHaveLength(before.length + 1);
    expect(after.map(({ span }) => span)).toContainEqual(aSpan({ name: 'kept' }));
  });

  it('accepts JSON, and answers in JSON', async () => {
    const body = JSON.stringify({
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [{ traceId: TRACE_B.toUpperCase(), spanId: 'eee19b7ec3c1b174', name: 'json', endTimeUnixNano: '1699000002000000003' }],
            },
          ],
        },
      ],
    });
    const response = await post(body, 'application/json; charset=utf-8');
    expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringContaining(JSON_TYPE)]);
    expect(await response.json()).toEqual({});
    const spans = (await loggedSpans(ingest.log)).map(({ span }) => span);
    expect(spans).toContainEqual(expect.objectContaining({ traceId: TRACE_B, name: 'json', endTimeUnixNano: 1_699_000_002_000_000_003n }));
  });

  it('takes gzip', async () => {
    const response = await post(new Uint8Array(gzipSync(bytesOf(aRequest()))), PROTOBUF, { 'content-encoding': 'gzip' });
    expect(response.status).toBe(200);
  });

  it.each([
    ['protobuf without a byte', '', PROTOBUF],
    ['JSON without spans', '{}', JSON_TYPE],
  ])('counts %s as success', async (_, body, type) => {
    expect((await post(body, type)).status).toBe(200);
  });

  it('keeps the valid spans of a request, and reports the invalid ones', async () => {
    const spans = [aSpan({ name: 'good' }), aSpan({ traceId: 'abcd' }), aSpan({ spanId: '0000000000000000' }), aSpan({ traceId: '' })];
    const response = await post(bytesOf(aRequest(spans)), PROTOBUF);
    expect(response.status).toBe(200);
    expect(decode('Response', await bytesIn(response))).toEqual({
      partialSuccess: {
        rejectedSpans: 3,
        errorMessage: '2 spans: trace_id is not 16 bytes or all zero; 1 span: span_id is not 8 bytes or all zero',
      },
    });
    const json = await post(
      JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 'abcd', spanId: 'eee19b7ec3c1b174' }] }] }] }),
      JSON_TYPE,
    );
    expect(await json.json()).toEqual({ partialSuccess: { rejectedSpans: '1', errorMessage: expect.stringContaining('trace_id') } });
  });

  it('sends all spans of a trace to one partition', async () => {
    const spans = Array.from({ length: 40 }, (_, i) =>
      aSpan({ traceId: i % 2 ? TRACE_A : TRACE_B, spanId: (i + 1).toString(16).padStart(16, '0') }),
    );
    await post(bytesOf(aRequest(spans)), PROTOBUF);
    const partitions = new Map<string, Set<number>>();
    for (const { partition, span } of await loggedSpans(ingest.log)) {
      partitions.set(span.traceId, (partitions.get(span.traceId) ?? new Set()).add(partition));
    }
    expect([...partitions.values()].map((set) => set.size)).toEqual([...partitions.values()].map(() => 1));
  });

  it("drops BeTrace's own spans without rejecting them", async () => {
    const before = (await loggedSpans(ingest.log)).length;
    const response = await post(bytesOf(aRequest([aSpan()], 'betrace')), PROTOBUF);
    expect([response.status, (await bytesIn(response)).length]).toEqual([200, 0]);
    expect(await loggedSpans(ingest.log)).toHaveLength(before);
    expect(await metric('betrace_spans_own_total{receiver="otlp_http"}')).toBeGreaterThan(0);
  });

  const bomb = () => new Uint8Array(gzipSync(new Uint8Array(LIMIT * 50)));
  it.each<[string, () => Promise<Response>, number, number, string]>([
    ['invalid protobuf', () => post(new Uint8Array([10, 200, 1, 2]), PROTOBUF), 400, 3, 'BT_OTLP_MALFORMED'],
    ['text as protobuf', () => post('hello', PROTOBUF), 400, 3, 'BT_OTLP_MALFORMED'],
    ['invalid JSON', () => post('{"resourceSpans": [', JSON_TYPE), 400, 3, 'BT_OTLP_JSON_SYNTAX'],
    ['JSON of the wrong shape', () => post('{"resourceSpans": {}}', JSON_TYPE), 400, 3, 'resourceSpans'],
    ['JSON in snake_case', () => post('{"resource_spans": []}', JSON_TYPE), 400, 3, 'lowerCamelCase'],
    ['another content type', () => post('x', 'text/plain'), 415, 3, 'application/x-protobuf or application/json'],
    ['another encoding', () => post('x', PROTOBUF, { 'content-encoding': 'lzma' }), 415, 3, 'lzma'],
    ['invalid gzip', () => post('x', PROTOBUF, { 'content-encoding': 'gzip' }), 400, 3, 'BT_HTTP_BAD_ENCODING'],
    ['a body over the limit', () => post(new Uint8Array(LIMIT + 1), PROTOBUF), 413, 8, 'server.request_limit'],
    ['a gzip bomb', () => post(bomb(), PROTOBUF, { 'content-encoding': 'gzip' }), 413, 8, 'after decompression'],
  ])('refuses %s with a google.rpc.Status', async (_, send, status, code, message) => {
    const before = (await loggedSpans(ingest.log)).length;
    const response = await send();
    expect(response.status).toBe(status);
    expect(response.headers.get('retry-after')).toBeNull();
    const isProtobuf = response.headers.get('content-type') === PROTOBUF;
    const answer = isProtobuf ? decode('Status', await bytesIn(response)) : await response.json();
    expect(answer).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(await loggedSpans(ingest.log)).toHaveLength(before);
  });

  it('answers errors in the content type of the request', async () => {
    expect((await post('x', PROTOBUF)).headers.get('content-type')).toBe(PROTOBUF);
    expect((await post('x', JSON_TYPE)).headers.get('content-type')).toContain(JSON_TYPE);
  });

  it("serves the same on OpenTelemetry's port, and nothing else there", async () => {
    const url = `http://127.0.0.1:${ingest.standardPort}`;
    const response = await fetch(`${url}/v1/traces`, { method: 'POST', body: bytesOf(aRequest()), headers: { 'content-type': PROTOBUF } });
    expect(response.status).toBe(200);
    expect((await fetch(`${url}/health`)).status).toBe(404);
  });

  it('accounts for every span', async () => {
    const count = (name: string, labels = '') => metric(`betrace_spans_${name}_total{receiver="otlp_http"${labels}}`);
    const rejected = (await count('rejected', ',reason="trace_id_invalid"')) + (await count('rejected', ',reason="span_id_invalid"'));
    expect(rejected).toBeGreaterThan(0);
    expect(await count('received')).toBe((await count('ingested')) + rejected + (await count('own')));
    expect(await metric('betrace_ingest_in_flight_bytes')).toBe(0);
  });
});

describe('OTLP/HTTP behind an API key', () => {
  it('refuses with a google.rpc.Status before it reads the body', async () => {
    const secured = await startIngest({ BETRACE_API_KEY: 'sesame' });
    try {
      const send = (headers: Record<string, string>) =>
        fetch(`${secured.url}/v1/traces`, { method: 'POST', body: '{}', headers: { 'content-type': JSON_TYPE, ...headers } });
      const refused = await send({});
      expect([refused.status, await refused.json()]).toEqual([401, expect.objectContaining({ code: 16 })]);
      expect((await send({ 'X-API-Key': 'sesame' })).status).toBe(200);
    } finally {
      await secured.stop();
    }
  });
});
