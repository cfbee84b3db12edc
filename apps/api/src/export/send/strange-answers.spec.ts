import { createServer as createHttp } from 'node:http';
import { createServer as createHttp2, type ServerHttp2Session } from 'node:http2';
import { createServer as createTcp, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resourceFromAttributes } from '@opentelemetry/resources';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import type { Log } from '#messaging';
import type { ExportProtocol } from '#platform';
import { createLogger, registerMetrics } from '#platform';
import type { Store } from '#store';
import { freePorts } from '../../../../../test/harness/free-port.js';
import { OtlpHttpReceiver } from '../../../../../test/harness/services/otlp-http-receiver.js';
import { OtlpReceiver } from '../../../../../test/harness/services/otlp-receiver.js';
import { HttpRefusal, NotOtlp, refusalOf } from '../../delivery/refusal.js';
import { API_METRICS } from '../../metrics.js';
import { eventually } from '../../testing/eventually.js';
import { logAndStore } from '../../testing/log-and-store.js';
import { publish, violation } from '../../testing/violation.js';
import { ViolationExporter } from '../violation-exporter.js';
import { openExporter } from './open-exporter.js';
import { otlpAnswer } from './otlp-answer.js';
import { partialSuccessListener } from './partial-success.js';

const PAGE = '<!doctype html><html><head><title>Sign in to Example</title></head><body><form>…</form></body></html>';

/** A server in place of an OTLP receiver; returns the function that stops it. */
type Stranger = (port: number) => Promise<() => void>;

async function listening(server: Server, port: number): Promise<() => void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
  });
  await new Promise<void>((done, fail) => server.once('error', fail).listen(port, '127.0.0.1', done));
  return () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
}

type Headers = Record<string, string>;

const http =
  (status: number, headers: Headers, body: string | Buffer = ''): Stranger =>
  (port) =>
    listening(
      createHttp((request, response) => void request.resume().on('end', () => response.writeHead(status, headers).end(body))),
      port,
    );

const http2 =
  (status: number, headers: Headers, body: string | Buffer = ''): Stranger =>
  (port) => {
    const server = createHttp2();
    server.on('session', (session: ServerHttp2Session) => void session.on('error', () => {}));
    server.on('stream', (stream) => {
      stream.on('error', () => {}).resume();
      stream.respond({ ':status': status, ...headers }, { endStream: body.length === 0 });
      if (body.length > 0) stream.end(body);
    });
    return listening(server, port);
  };

const says =
  (text: string): Stranger =>
  (port) =>
    listening(
      createTcp((socket) => void socket.once('data', () => socket.write(text))),
      port,
    );

const HTML: Headers = { 'content-type': 'text/html; charset=utf-8' };
const REDIRECT: Headers = { ...HTML, location: 'https://user:pass@login.example.com/oauth2/start?rd=secret#secret' };

interface Danger {
  readonly stands: Stranger;
  /** Readiness contains these. */
  readonly told: readonly string[];
}

const GRPC: Readonly<Record<string, Danger>> = {
  'a web server of HTTP/1': { stands: http(200, HTML, PAGE), told: ['does not speak HTTP/2'] },
  'a load balancer that answers 503 over HTTP/1': { stands: http(503, HTML, PAGE), told: ['does not speak HTTP/2'] },
  'another protocol': { stands: says('SSH-2.0-OpenSSH_9.6\r\n'), told: ['does not speak HTTP/2'] },
  'a page over HTTP/2': { stands: http2(200, HTML, PAGE), told: ['HTTP 200 with text/html', 'where gRPC was expected'] },
  'a short text over HTTP/2': { stands: http2(200, { 'content-type': 'text/plain' }, 'ok'), told: ['HTTP 200 with text/plain'] },
  'JSON over HTTP/2': { stands: http2(200, { 'content-type': 'application/json' }, '{}'), told: ['HTTP 200 with application/json'] },
  'a redirect': { stands: http2(302, REDIRECT, PAGE), told: ['HTTP 302', 'to https://login.example.com/oauth2/start', 'text/html'] },
  'a redirect without a body': { stands: http2(307, REDIRECT), told: ['HTTP 307'] },
  'a proxy that drops the trailers': {
    stands: http2(200, { 'content-type': 'application/grpc' }, Buffer.alloc(5)),
    told: ['HTTP 200 without grpc-status'],
  },
  'an answer of headers only, without grpc-status': {
    stands: http2(200, { 'content-type': 'application/grpc' }),
    told: ['HTTP 200 without grpc-status'],
  },
};

const HTTP: Readonly<Record<string, Danger>> = {
  'a page': { stands: http(200, HTML, PAGE), told: ['HTTP 200 with text/html: "Sign in to Example"'] },
  'a page that says it is protobuf': {
    stands: http(200, { 'content-type': 'application/x-protobuf' }, PAGE),
    told: ['HTTP 200 with application/x-protobuf: "Sign in to Example"'],
  },
  'a page that says it is JSON': { stands: http(200, { 'content-type': 'application/json' }, PAGE), told: ['Sign in to Example'] },
  'a page without a content type': { stands: http(200, {}, PAGE), told: ['HTTP 200 with an answer: "Sign in to Example"'] },
  'an empty page': { stands: http(200, HTML), told: ['HTTP 200 with text/html'] },
  'an endless page': { stands: http(200, { 'content-type': 'application/json' }, `{"a":"${'x'.repeat(2_000_000)}"}`), told: ['HTTP 200'] },
  'a text': { stands: http(200, { 'content-type': 'text/plain' }, 'ok'), told: ['HTTP 200 with text/plain: ok'] },
  'JSON that is not an object': { stands: http(202, { 'content-type': 'application/json' }, '"accepted"'), told: ['HTTP 202'] },
  'bytes that are not a message': {
    stands: http(200, { 'content-type': 'application/x-protobuf' }, Buffer.from([10, 99, 1])),
    told: ['HTTP 200'],
  },
  'a redirect to a login': {
    stands: http(302, REDIRECT, PAGE),
    told: ['HTTP 302 to https://login.example.com/oauth2/start "Sign in to Example"'],
  },
  'a redirect without a target': { stands: http(301, {}), told: ['HTTP 301'] },
  'a portal': { stands: http(511, HTML, PAGE), told: ['HTTP 511'] },
  'a certificate that Cloudflare does not like': { stands: http(526, HTML, PAGE), told: ['HTTP 526'] },
  'another protocol': { stands: says('SSH-2.0-OpenSSH_9.6\r\n'), told: ['check otlp.endpoint'] },
};

const CASES: readonly [ExportProtocol, string, Danger][] = [
  ...Object.entries(GRPC).map(([name, danger]): [ExportProtocol, string, Danger] => ['grpc', name, danger]),
  ...Object.entries(HTTP).map(([name, danger]): [ExportProtocol, string, Danger] => ['http/protobuf', name, danger]),
];

describe('an endpoint that is not an OTLP receiver', () => {
  let port: number;
  let log: Log;
  let store: Store;
  let registry: Registry;
  let exporting: ViolationExporter;
  let takeAway: (() => void) | undefined;

  beforeEach(async () => {
    [port = 0] = await freePorts(1);
    ({ log, store } = await logAndStore(1));
    registry = new Registry();
  });
  afterEach(async () => {
    takeAway?.();
    await exporting?.stop();
    await log.close();
    await store.close();
  });

  const begin = async (protocol: ExportProtocol) => {
    const logger = createLogger({ level: 'error', format: 'json' }, { write: () => {} });
    const metrics = registerMetrics(API_METRICS, registry);
    const endpoint = `http://someone:password@127.0.0.1:${port}`;
    const exporter = await openExporter({
      endpoint,
      protocol,
      headers: {},
      timeout: 60_000,
      partial: partialSuccessListener(metrics, logger),
    });
    const settings = { address: `http://127.0.0.1:${port}`, batchSize: 10, evidence: true, resource: resourceFromAttributes({}) };
    exporting = new ViolationExporter(log, store, exporter, settings, metrics, logger);
    for (const id of ['a', 'b']) await publish(log, violation({ id }));
    await exporting.start();
  };
  const receiver = async (protocol: ExportProtocol): Promise<() => number> => {
    const real = protocol === 'grpc' ? new OtlpReceiver(port) : new OtlpHttpReceiver(port);
    await real.start();
    takeAway = () => real.stop();
    return () => real.requests.length;
  };

  it.each(CASES)('accepts no violation, is reported with its address, and loses none (%s: %s)', async (protocol, _, { stands, told }) => {
    takeAway = await stands(port);
    await begin(protocol);
    const state = await eventually(async () => (exporting.state().startsWith('configuration: ') ? exporting.state() : undefined));
    for (const words of [`http://127.0.0.1:${port}`, ...told]) expect(state).toContain(words);
    expect(state).not.toMatch(/password|secret|pass@|larger than max/);
    const figures = await registry.metrics();
    expect(figures).toMatch(/betrace_otlp_export_failures_total\{kind="configuration"\} [1-9]/);
    expect(figures).toMatch(/betrace_violations_exported_total 0/);
    takeAway();
    const taken = await receiver(protocol);
    await eventually(async () => ((await store.position('export', 0)) === 2 ? true : undefined));
    expect(taken()).toBeGreaterThan(0);
    expect(await registry.metrics()).toMatch(/betrace_violations_exported_total 2/);
  });

  it.each(['grpc', 'http/protobuf'] as const)('refuses no violation because of a page with status 400 (%s)', async (protocol) => {
    takeAway = await (protocol === 'grpc' ? http2 : http)(400, HTML, PAGE)(port);
    await begin(protocol);
    await eventually(async () => (/failures_total\{kind="doubtful"\} [1-9]|retrying/.test(exporting.state()) ? true : undefined));
    takeAway();
    await receiver(protocol);
    await eventually(async () => ((await store.position('export', 0)) === 2 ? true : undefined));
    expect(await registry.metrics()).toMatch(/betrace_violations_exported_total 2/);
  });
});

describe('an answer to an export', () => {
  const understood = [
    'application/x-protobuf',
    'application/protobuf',
    'application/json; charset=utf-8',
    'application/octet-stream',
    undefined,
  ];

  it.each(understood)('is a success when it is empty (%s)', (type) => {
    expect(otlpAnswer(200, type, Buffer.alloc(0))).toBeUndefined();
    expect(otlpAnswer(204, type, Buffer.alloc(0))).toBeUndefined();
  });

  it('is a success when it comes from Tempo, a collector, or a later OTLP', () => {
    for (const text of ['{}', '{"partialSuccess":{}}', '{"partialSuccess":null}', '{"later":[1]}']) {
      expect(otlpAnswer(200, 'application/json', Buffer.from(text))?.rejectedSpans ?? 0).toBe(0);
      expect(otlpAnswer(200, undefined, Buffer.from(text))?.rejectedSpans ?? 0).toBe(0);
    }
    // A partial success without content, and an unknown field.
    expect(otlpAnswer(200, 'application/x-protobuf', Buffer.from([10, 0]))).toEqual({ rejectedSpans: 0, errorMessage: '' });
    expect(otlpAnswer(200, 'application/x-protobuf', Buffer.from([0x10, 1]))).toBeUndefined();
  });

  it('is not a success when it is a page, whatever its content type', () => {
    const types = fc.constantFrom(
      ...understood,
      'text/html',
      'text/plain',
      'application/xml',
      'application/problem+json',
      'image/png',
      'x',
    );
    const pages = fc.constantFrom(
      '<html>',
      '<!DOCTYPE html>',
      '\n <html><body>',
      '<?xml version="1.0"?>',
      'OK',
      'Bad gateway',
      '[]',
      '"ok"',
      'null',
    );
    fc.assert(
      fc.property(types, pages, fc.string(), fc.constantFrom(200, 201, 202, 203, 206), (type, page, rest, status) => {
        expect(() => otlpAnswer(status, type, Buffer.from(`${page} ${rest}<`))).toThrow(NotOtlp);
      }),
    );
  });

  it("has exactly one kind, and only an OTLP receiver's own refusal drops a violation", () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 999 }), fc.boolean(), (status, page) => {
        const { kind } = refusalOf(new HttpRefusal(status, 'x', { page }));
        if (kind === 'refused') expect(page && status !== 413).toBe(false);
        if (status < 400) expect(kind).toBe('configuration');
      }),
    );
  });
});
