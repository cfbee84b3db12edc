import { connect, createServer } from 'node:net';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Module, Post, Query } from '@nestjs/common';
import { type NestFastifyApplication, RouteConfig } from '@nestjs/platform-fastify';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, ValidateNested } from 'class-validator';
import { CatalogueError } from '#base';
import { loadConfiguration } from '../configuration/load-configuration.js';
import { HealthRecorder } from '../health/health-recorder.js';
import { createLogger } from '../logging/logger.js';
import type { ErrorRenderer } from '../problem-details/problem.filter.js';
import { Problem } from '../problem-details/problem.js';
import { startApp } from '../run-app.js';
import { StartError } from '../start-error.js';
import { InFlight } from './protection/in-flight.js';

const LOG_PROBLEMS = { BT_LOG_UNAVAILABLE: { status: 503, sentence: 'the log is unavailable' } } as const;
class LogAway extends CatalogueError<typeof LOG_PROBLEMS> {}

class Tag {
  @IsString() key!: string;
}
class Thing {
  @IsString() name!: string;
  @IsOptional() @IsInt() @Max(10) size?: number;
  @IsOptional() @ValidateNested({ each: true }) @Type(() => Tag) tags?: Tag[];
}
class Filter {
  @IsOptional() @IsInt() @Type(() => Number) limit?: number;
}

const renderOwn: ErrorRenderer = (problem, _, reply) => void reply.type('text/plain').send(`own ${problem.status}`);

@Controller('v1')
class ThingsController {
  @Post('things') make(@Body() thing: Thing) {
    return { made: thing.name };
  }
  @Get('things') list(@Query() filter: Filter) {
    return { limit: filter.limit ?? null };
  }
  @Get('things/:id') one() {
    throw new Problem('BT_HTTP_NOT_FOUND', 'there is no such thing');
  }
  @Get('defect') defect() {
    throw new Error('the secret of the house');
  }
  @Get('coded') coded() {
    throw new LogAway(LOG_PROBLEMS, 'BT_LOG_UNAVAILABLE', {});
  }
  @Post('raw') @RouteConfig({ body: 'raw' }) raw(@Body() body: Buffer) {
    return { bytes: body.length, buffer: Buffer.isBuffer(body) };
  }
  @Post('own')
  @RouteConfig({ renderError: renderOwn })
  own() {
    return {};
  }
}
@Module({ controllers: [ThingsController] })
class ThingsModule {}

const LIMIT = 100_000;
const lines: string[] = [];
const start = (environment: Record<string, string> = {}) => {
  const { configuration } = loadConfiguration({
    environment: { BETRACE_HTTP_PORT: '0', BETRACE_HOST: '127.0.0.1', BETRACE_REQUEST_LIMIT: String(LIMIT), ...environment },
    directory: '/nowhere',
  });
  const logger = createLogger(configuration.logging, { write: (line) => void lines.push(line) });
  return startApp({ name: 'test', module: () => ThingsModule }, configuration, logger);
};

let app: NestFastifyApplication;
let url: string;
beforeAll(async () => {
  ({ app, url } = await start());
});
afterAll(() => app.close());

const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(`${url}${path}`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
const problemOf = async (response: Response) => {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  return (await response.json()) as Record<string, unknown>;
};

describe('bodies', () => {
  it.each(['', 'json', 'application/', 'text;charset=utf-8', '/', 'a b/c'])(
    'name the accepted type when theirs is not a media type: "%s"',
    async (type) => {
      const response = await post('/v1/things', '{"name":"a"}', { 'content-type': type });
      const problem = await problemOf(response);
      expect([response.status, problem]).toEqual([415, expect.objectContaining({ code: 'BT_HTTP_UNSUPPORTED_MEDIA_TYPE' })]);
      expect(problem['detail']).toBe(`content type "${type.split(';')[0]}" is not application/json`);
      expect((await post('/v1/nothing', 'x', { 'content-type': type })).status).toBe(404);
      expect(await (await post('/v1/raw', 'x', { 'content-type': type })).json()).toEqual({ bytes: 1, buffer: true });
    },
  );

  it('whose query is not a valid text are refused, except on routes that read none', async () => {
    const response = await fetch(`${url}/v1/things?limit=1&limit=%ff`);
    const problem = await problemOf(response);
    expect([response.status, problem]).toEqual([400, expect.objectContaining({ code: 'BT_HTTP_BAD_REQUEST' })]);
    expect(problem['detail']).toContain('limit=%ff;');
    expect((await fetch(`${url}/v1/nothing?a=%ff`)).status).toBe(404);
    expect((await post('/v1/raw?a=%ff', 'x')).status).toBe(201);
    expect((await fetch(`${url}/v1/things?limit=%31`)).status).toBe(200);
  });

  it('takes JSON', async () => {
    expect(await (await post('/v1/things', '{"name":"a"}')).json()).toEqual({ made: 'a' });
  });

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
    ['zlib', deflateSync],
  ] as const)('takes %s', async (encoding, compress) => {
    const body = new Uint8Array(compress('{"name":"a"}'));
    expect(await (await post('/v1/things', body, { 'content-encoding': encoding })).json()).toEqual({ made: 'a' });
  });

  it('passes the bytes to raw routes, of any type', async () => {
    const response = await post('/v1/raw', new Uint8Array([1, 2, 3]), { 'content-type': 'application/x-protobuf' });
    expect(await response.json()).toEqual({ bytes: 3, buffer: true });
  });

  it('takes a body of exactly the limit', async () => {
    expect(await (await post('/v1/raw', new Uint8Array(LIMIT))).json()).toMatchObject({ bytes: LIMIT });
    const gzip = new Uint8Array(gzipSync(new Uint8Array(LIMIT)));
    expect(await (await post('/v1/raw', gzip, { 'content-encoding': 'gzip' })).json()).toMatchObject({ bytes: LIMIT });
  });

  it.each([
    ['one byte too large', () => post('/v1/raw', new Uint8Array(LIMIT + 1)), 413, 'BT_HTTP_TOO_LARGE'],
    [
      'too large without an announced length',
      () => fetch(`${url}/v1/raw`, { method: 'POST', duplex: 'half', body: new Blob([new Uint8Array(LIMIT * 1.5)]).stream() }),
      413,
      'BT_HTTP_TOO_LARGE',
    ],
    [
      'a gzip bomb',
      () => post('/v1/raw', new Uint8Array(gzipSync(new Uint8Array(LIMIT * 100))), { 'content-encoding': 'gzip' }),
      413,
      'BT_HTTP_TOO_LARGE',
    ],
    ['invalid gzip', () => post('/v1/things', '{"name":"a"}', { 'content-encoding': 'gzip' }), 400, 'BT_HTTP_BAD_ENCODING'],
    [
      'truncated gzip',
      () => post('/v1/things', new Uint8Array(gzipSync('{"name":"a"}').subarray(0, 20)), { 'content-encoding': 'gzip' }),
      400,
      'BT_HTTP_BAD_ENCODING',
    ],
    ['an unknown encoding', () => post('/v1/things', '{}', { 'content-encoding': 'lzma' }), 415, 'BT_HTTP_UNSUPPORTED_MEDIA_TYPE'],
    ['another type than JSON', () => post('/v1/things', 'x', { 'content-type': 'text/plain' }), 415, 'BT_HTTP_UNSUPPORTED_MEDIA_TYPE'],
    ['a key __proto__', () => post('/v1/things', '{"name":"a","__proto__":{}}'), 400, 'BT_HTTP_BAD_JSON'],
    ['bytes that are not UTF-8', () => post('/v1/things', new Uint8Array([0x22, 0xff, 0x22])), 400, 'BT_HTTP_BAD_JSON'],
  ])('refuses %s', async (_, send, status, code) => {
    const response = await send();
    expect(response.status).toBe(status);
    expect(await problemOf(response)).toMatchObject({ status, code });
  });

  it('says where JSON is broken', async () => {
    const problem = await problemOf(await post('/v1/things', '{\n  "name": oops\n}'));
    expect(problem).toMatchObject({ code: 'BT_HTTP_BAD_JSON', instance: '/v1/things', errors: [{ line: 2, column: 11 }] });
  });
});

describe('a client that disconnects', () => {
  it('leaves no bytes in flight', async () => {
    const inFlight = app.get(InFlight);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('POST /v1/raw HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: 90000\r\n\r\n');
    socket.write(Buffer.alloc(50_000));
    while (inFlight.bytes < 50_000) await new Promise((resolve) => setTimeout(resolve, 5));
    socket.destroy();
    while (inFlight.bytes > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });
});

describe('uploads that stall', () => {
  it('lock no one out: active senders get their memory', async () => {
    const { app, url } = await start({ BETRACE_REQUEST_TIMEOUT: '60s', BETRACE_IN_FLIGHT_LIMIT: String(3 * LIMIT) });
    const inFlight = app.get(InFlight);
    const answers: string[] = [];
    const sockets = Array.from({ length: 9 }, () => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.on('data', (chunk: Buffer) => answers.push(chunk.toString().split('\r\n', 1)[0] ?? ''));
      socket.on('error', () => undefined);
      socket.write(`POST /v1/raw HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: ${LIMIT}\r\n\r\n`);
      socket.write(Buffer.alloc(LIMIT - 1));
      return socket;
    });
    try {
      while (inFlight.bytes < 2.5 * LIMIT) await new Promise((resolve) => setTimeout(resolve, 5));
      const send = () => fetch(`${url}/v1/raw`, { method: 'POST', body: new Uint8Array(LIMIT), headers: { 'content-type': 'text/plain' } });
      let response = await send();
      for (let tries = 0; response.status === 503 && tries < 2_000; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        response = await send();
      }
      expect([response.status, await response.json()]).toEqual([201, { bytes: LIMIT, buffer: true }]);
      expect(answers.filter((line) => line.startsWith('HTTP/1.1 408')).length).toBeGreaterThan(0);
    } finally {
      for (const socket of sockets) socket.destroy();
      await app.close();
    }
  });
});

describe('problem details', () => {
  it('names each field that is wrong, by its path', async () => {
    const problem = await problemOf(await post('/v1/things', '{"nmae":"a","size":11,"tags":[{"key":1}]}'));
    expect(problem).toMatchObject({ type: 'urn:betrace:error:BT_HTTP_INVALID', status: 400 });
    expect(problem.errors).toEqual(
      expect.arrayContaining([
        { path: 'nmae', message: 'unknown property nmae', expected: expect.stringContaining('name'), suggestion: 'name' },
        { path: 'name', message: 'name must be a string' },
        { path: 'size', message: 'size must not be greater than 10' },
        { path: 'tags[0].key', message: 'tags[0].key must be a string' },
      ]),
    );
  });

  it('checks queries too', async () => {
    expect(await (await fetch(`${url}/v1/things?limit=5`)).json()).toEqual({ limit: 5 });
    expect(await problemOf(await fetch(`${url}/v1/things?limt=5`))).toMatchObject({ errors: [{ path: 'limt', suggestion: 'limit' }] });
  });

  it('answers errors of a handler', async () => {
    expect(await problemOf(await fetch(`${url}/v1/things/7`))).toMatchObject({ status: 404, detail: 'there is no such thing' });
  });

  it('answers 404 on unknown paths', async () => {
    expect(await problemOf(await fetch(`${url}/v1/nothing?x=1`))).toMatchObject({ status: 404, instance: '/v1/nothing' });
  });

  it('answers an unknown path with 404 for any request, and suggests the path that was meant', async () => {
    for (const type of ['application/x-protobuf', 'text/plain', 'no type', 'application/json']) {
      const response = await post('/v1/thigns', new Uint8Array(2 * LIMIT), { 'content-type': type });
      expect([response.status, await problemOf(response)]).toEqual([
        404,
        expect.objectContaining({ code: 'BT_HTTP_NOT_FOUND', detail: expect.stringContaining('/v1/things') }),
      ]);
    }
  });

  it('answers 405 for a wrong method, with the allowed ones', async () => {
    const response = await fetch(`${url}/v1/things/7?x=1`, { method: 'DELETE' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await problemOf(response)).toMatchObject({ code: 'BT_HTTP_METHOD_NOT_ALLOWED', instance: '/v1/things/7' });
    expect((await fetch(`${url}/v1/things`, { method: 'PUT', body: 'x' })).headers.get('allow')).toBe('GET, HEAD, POST');
    expect((await fetch(`${url}/v1/things`, { method: 'QUERY' })).status).toBe(405);
  });

  it('lists all interfaces at the root', async () => {
    expect(await (await fetch(url)).json()).toMatchObject({ name: 'betrace', links: { health: '/health', metrics: '/metrics' } });
  });

  it('answers invalid HTTP with a problem too', async () => {
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write('no HTTP at all\r\n\r\n'));
      socket.on('data', (chunk: Buffer) => void (text += chunk.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1.1 400 [\s\S]*application\/problem\+json[\s\S]*"code":"BT_HTTP_BAD_REQUEST"/);
  });

  it('writes the text of a defect only to the log', async () => {
    const response = await fetch(`${url}/v1/defect`);
    expect(response.status).toBe(500);
    expect(JSON.stringify(await problemOf(response))).not.toContain('secret');
    expect(lines.join('')).toContain('the secret of the house');
  });

  it("answers with the libs' codes, and with a hint when to retry", async () => {
    const response = await fetch(`${url}/v1/coded`);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await problemOf(response)).toMatchObject({ status: 503, code: 'BT_LOG_UNAVAILABLE', detail: 'the log is unavailable' });
  });

  it('lets a route render errors itself, also those before its handler', async () => {
    const response = await post('/v1/own', '{');
    expect([response.status, await response.text()]).toEqual([400, 'own 400']);
  });
});

describe('health and metrics', () => {
  it('is healthy, with version and age', async () => {
    const health = (await (await fetch(`${url}/health`)).json()) as Record<string, unknown>;
    expect(health).toEqual({ status: 'healthy', version: expect.stringMatching(/^\d+\./), uptime_seconds: expect.any(Number) });
  });

  it('is ready when all checks are ok, else 503', async () => {
    const recorder = app.get(HealthRecorder);
    recorder.register('storage', () => undefined);
    const ready = await fetch(`${url}/ready`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', checks: { storage: 'ok' } }]);

    recorder.register('storage', () => {
      throw new Error('disk full');
    });
    recorder.register('rule_engine', () => new Promise<void>(() => undefined), 10);
    const notReady = await fetch(`${url}/ready`);
    expect(notReady.status).toBe(503);
    expect(await notReady.json()).toEqual({ status: 'not_ready', checks: { storage: 'disk full', rule_engine: 'no answer within 10 ms' } });
  });

  it('counts requests by the template of their route', async () => {
    await fetch(`${url}/v1/things/8`).then((response) => response.text());
    await fetch(`${url}/wp-admin`).then((response) => response.text());
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/http_requests_total\{method="GET",route="\/v1\/things\/:id",status="404"\} \d/);
    expect(metrics).toContain('http_request_duration_seconds_bucket');
    expect(metrics).toContain('process_resident_memory_bytes');
    expect(metrics).not.toContain('wp-admin');
  });
});

describe('authentication', () => {
  it('requires the key, except for health, readiness and metrics', async () => {
    const secured = await start({ BETRACE_API_KEY: 'sesame' });
    try {
      const status = async (path: string, headers = {}) => (await fetch(`${secured.url}${path}`, { headers })).status;
      expect(await status('/health')).toBe(200);
      expect(await status('/ready')).toBe(200);
      expect(await status('/metrics')).toBe(200);
      expect(await status('/v1/things')).toBe(401);
      expect(await status('/v1/things', { 'x-api-key': 'wrong' })).toBe(401);
      expect(await status('/v1/things', { 'x-api-key': 'sesame' })).toBe(200);
      expect(await status('/nothing')).toBe(401);
      const own = await fetch(`${secured.url}/v1/own`, { method: 'POST' });
      expect(await own.text()).toBe('own 401');
    } finally {
      await secured.app.close();
    }
  });

  it('accepts another header, and protects the metrics when configured', async () => {
    const secured = await start({ BETRACE_API_KEY: 'sesame', BETRACE_API_KEY_HEADER: 'X-Door', BETRACE_PROTECT_METRICS: 'true' });
    try {
      expect((await fetch(`${secured.url}/metrics`)).status).toBe(401);
      expect((await fetch(`${secured.url}/metrics`, { headers: { 'x-door': 'sesame' } })).status).toBe(200);
    } finally {
      await secured.app.close();
    }
  });
});

describe('starting', () => {
  it('says which port is taken, and how to choose another', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as { port: number };
    try {
      const failed = start({ BETRACE_HTTP_PORT: String(port) });
      await expect(failed).rejects.toThrow(StartError);
      await expect(failed).rejects.toThrow(
        `port ${port} is taken by another process; stop that one, or choose another with --http-port=PORT`,
      );
    } finally {
      blocker.close();
    }
  });
});
