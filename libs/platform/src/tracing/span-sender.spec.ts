import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { LostSpans } from './export-answer.js';
import { SpanSender } from './span-sender.js';

const SPAN = {
  name: 'GET /v1/rules',
  kind: 1,
  spanContext: () => ({ traceId: 'aaaabbbbccccddddaaaabbbbccccdddd', spanId: '00f067aa0ba902b7', traceFlags: 1 }),
  startTime: [1, 0],
  endTime: [2, 0],
  status: { code: 0 },
  attributes: {},
  links: [],
  events: [],
  duration: [1, 0],
  ended: true,
  resource: resourceFromAttributes({ 'service.name': 'betrace-api' }),
  instrumentationScope: { name: 'betrace' },
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
} as unknown as ReadableSpan;
/** partial_success { rejected_spans: 2, error_message: "no" } */
const PARTIAL = Buffer.from([0x0a, 0x06, 0x08, 0x02, 0x12, 0x02, 0x6e, 0x6f]);

describe('spans that an endpoint of own traces did not accept', () => {
  let server: Server;
  let respond: (response: ServerResponse) => void;
  beforeAll(async () => {
    server = createServer((request, response) => request.resume().on('end', () => respond(response)));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** The report for three spans. */
  const told = async (endpoint: string, protocol: 'grpc' | 'http/json' | 'http/protobuf'): Promise<LostSpans | undefined> => {
    const outcome = Promise.withResolvers<LostSpans | undefined>();
    const sender = new SpanSender({ endpoint, protocol, headers: {}, sent: (_, lost) => outcome.resolve(lost) });
    sender.export([SPAN, SPAN, SPAN], () => undefined);
    try {
      return await outcome.promise;
    } finally {
      await sender.shutdown();
    }
  };
  const over = (protocol: 'http/json' | 'http/protobuf', type: string, content: string | Buffer): Promise<LostSpans | undefined> => {
    respond = (response) => void response.writeHead(200, type === '' ? {} : { 'content-type': type }).end(content);
    return told(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, protocol);
  };

  it.each(['', '{}', '{"partialSuccess":{}}', '{"partialSuccess":null}', '{"partialSuccess":{"errorMessage":"slow down"}}'])(
    'are none if it accepted all: %j',
    async (content) => expect(await over('http/json', 'application/json', content)).toBeUndefined(),
  );

  it('are lost, and not sent, even if the answer is a success', async () => {
    const partial = (rejected: unknown) => JSON.stringify({ partialSuccess: { rejectedSpans: rejected, errorMessage: 'no' } });
    expect(await over('http/json', 'application/json; charset=utf-8', partial('2'))).toEqual({ spans: 2, reason: 'no' });
    expect(await over('http/json', '', partial(2))).toEqual({ spans: 2, reason: 'no' });
    // Never more than were sent, and never below zero.
    expect(await over('http/json', 'application/json', partial('99999'))).toEqual({ spans: 3, reason: 'no' });
    expect(await over('http/json', 'application/json', partial('-1'))).toBeUndefined();
    expect(await over('http/protobuf', 'application/x-protobuf', PARTIAL)).toEqual({ spans: 2, reason: 'no' });
    expect(await over('http/protobuf', 'application/x-protobuf', '')).toBeUndefined();
  });

  it.each([
    ['text/html', '<h1>Sign in</h1>'],
    ['application/json', '{{{'],
    ['application/json', 'null'],
    ['application/json', Buffer.alloc(70_000, ' ')],
  ])('are all spans if a proxy answers with %s instead of a receiver', async (type, content) => {
    expect(await over('http/json', type, content)).toEqual({
      spans: 3,
      reason: expect.stringMatching(/^a success with (text|application)/),
    });
  });

  it('are known at once if an answer never ends', async () => {
    respond = (response) => {
      response.writeHead(503);
      const more = setInterval(() => response.write(Buffer.alloc(20_000)), 5);
      response.on('close', () => clearInterval(more));
    };
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await told(endpoint, 'http/json')).toEqual({ spans: 3, reason: 'HTTP 503' });
  });

  it('are lost over gRPC, too', async () => {
    const receiver = new grpc.Server();
    const same = (bytes: Buffer) => bytes;
    const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
    const method = { path, requestStream: false, responseStream: false, requestSerialize: same, requestDeserialize: same };
    let content = PARTIAL;
    receiver.addService(
      { Export: { ...method, responseSerialize: same, responseDeserialize: same } },
      { Export: (_: unknown, answer: grpc.sendUnaryData<Buffer>) => answer(null, content) },
    );
    const port = await new Promise<number>((bound, fail) =>
      receiver.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, at) => (error ? fail(error) : bound(at))),
    );
    expect(await told(`127.0.0.1:${port}`, 'grpc')).toEqual({ spans: 2, reason: 'no' });
    content = Buffer.alloc(0);
    expect(await told(`127.0.0.1:${port}`, 'grpc')).toBeUndefined();
    receiver.forceShutdown();
  });
});
