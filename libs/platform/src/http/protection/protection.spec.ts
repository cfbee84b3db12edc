import { request } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { type NestFastifyApplication, RouteConfig } from '@nestjs/platform-fastify';
import { loadConfiguration } from '../../configuration/load-configuration.js';
import { createLogger } from '../../logging/logger.js';
import { startApp } from '../../run-app.js';
import { SECURITY_HEADERS } from './security-headers.js';

@Controller('v1')
class ThingsController {
  @Get('things') list() {
    return { things: [] };
  }
  @Get('defect') defect() {
    throw new Error('a defect');
  }
  @Post('spans') @RouteConfig({ scope: 'ingest' }) take() {
    return {};
  }
}
@Module({ controllers: [ThingsController] })
class ThingsModule {}

let app: NestFastifyApplication | undefined;
afterEach(() => app?.close());

async function start(environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const { configuration } = loadConfiguration({ environment: { BETRACE_HTTP_PORT: '0', ...environment }, directory: '/nowhere' });
  const logger = createLogger(configuration.logging, { write: () => undefined });
  const started = await startApp({ name: 'test', module: () => ThingsModule }, configuration, logger);
  app = started.app;
  return started.url;
}

describe('security headers', () => {
  it('are on each answer', async () => {
    const url = await start({ BETRACE_API_KEY: 'the key' });
    const known = { 'x-api-key': 'the key' };
    const asked: readonly (readonly [path: string, status: number, init?: RequestInit])[] = [
      ['/', 200],
      ['/health', 200],
      ['/metrics', 200],
      ['/v1/things', 200, { headers: known }],
      ['/v1/things', 401],
      ['/v1/nothing', 404, { headers: known }],
      ['/v1/things', 405, { headers: known, method: 'PUT' }],
      ['/v1/things?a=%ff', 400, { headers: known }],
      ['/v1/%ff', 400, { headers: known }],
      ['/v1/defect', 500, { headers: known }],
    ];
    for (const [path, status, init] of asked) {
      const answer = await fetch(url + path, init);
      expect([path, answer.status]).toEqual([path, status]);
      for (const [name, value] of Object.entries(SECURITY_HEADERS))
        expect([path, name, answer.headers.get(name)]).toEqual([path, name, value]);
    }
  });
});

describe('requests of pages without a preflight', () => {
  const own = 'own';
  it.each<[string, number, Readonly<Record<string, string>>]>([
    ['of another origin', 403, { origin: 'http://evil.example' }],
    ['of another port, as the browser says', 403, { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }],
    ['of another origin, as the browser says', 403, { origin: own, 'sec-fetch-site': 'cross-site' }],
    ['of a file', 403, { origin: 'null' }],
    ['of an invalid origin', 403, { origin: '\u00ff' }],
    ['as a text', 403, { origin: 'http://evil.example', 'content-type': 'Text/Plain;charset=utf-8' }],
    ['as a form', 403, { origin: 'http://evil.example', 'content-type': ' application/x-www-form-urlencoded' }],
    ['of its own', 201, { origin: own }],
    ['of its own behind a proxy', 201, { origin: 'https://betrace.example.com', 'sec-fetch-site': 'same-origin' }],
    ['of an origin that may', 201, { origin: 'https://shop.example.com', 'sec-fetch-site': 'cross-site' }],
    ['after a preflight for its content', 201, { origin: 'http://evil.example', 'content-type': 'application/json' }],
    ['after a preflight for its key', 201, { origin: 'http://evil.example', 'x-api-key': 'the key' }],
    ['by a program', 201, {}],
  ])('are checked: %s', async (_, status, { origin, ...headers }) => {
    const url = await start({ BETRACE_CORS_ORIGINS: 'https://shop.example.com' });
    const sent = origin === undefined ? {} : { origin: origin === own ? url : origin };
    const answered = await new Promise<number>((done, fail) => {
      const body = headers['content-type'] === 'application/json' ? '{}' : '';
      const asked = request(
        `${url}/v1/spans`,
        { method: 'POST', headers: { ...sent, ...headers, 'content-length': body.length } },
        (answer) => {
          answer.resume();
          done(answer.statusCode!);
        },
      );
      asked.on('error', fail).end(body);
    });
    expect(answered).toBe(status);
  });
});

describe('pages of other origins', () => {
  const preflight = (url: string, path: string, origin: string) =>
    fetch(url + path, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type, x-api-key' },
    });

  it('may send no requests by default', async () => {
    const url = await start();
    for (const path of ['/v1/things', '/v1/spans']) {
      const answer = await preflight(url, path, 'https://shop.example.com');
      expect([path, answer.ok]).toEqual([path, false]);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
    const answer = await fetch(`${url}/v1/things`, { headers: { origin: 'https://shop.example.com' } });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('may send requests and read answers, refusals too, if configured, before any key is checked', async () => {
    const url = await start({ BETRACE_CORS_ORIGINS: 'https://Shop.example.com:443/,http://localhost:3000', BETRACE_API_KEY: 'the key' });
    for (const origin of ['https://shop.example.com', 'http://localhost:3000']) {
      const answer = await preflight(url, '/v1/spans', origin);
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
      expect(answer.headers.get('access-control-allow-headers')?.toLowerCase()).toMatch(/content-type.*x-api-key/);
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
      const refused = await fetch(`${url}/v1/things`, { headers: { origin } });
      expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, origin]);
      const taken = await fetch(`${url}/v1/spans`, { method: 'POST', headers: { origin, 'x-api-key': 'the key' } });
      expect([taken.status, taken.headers.get('access-control-allow-origin')]).toEqual([201, origin]);
    }
    for (const origin of ['https://shop.example.com.evil.example', 'http://shop.example.com', 'null', 'https://localhost:3000']) {
      expect([origin, (await preflight(url, '/v1/spans', origin)).headers.get('access-control-allow-origin')]).not.toEqual([
        origin,
        origin,
      ]);
    }
  });

  it('may all do so with `*`', async () => {
    const url = await start({ BETRACE_CORS_ORIGINS: '*' });
    expect((await preflight(url, '/v1/spans', 'https://anybody.example')).headers.get('access-control-allow-origin')).toBe('*');
  });

  it.each([
    'shop.example.com',
    'https://shop.example.com/path',
    'https://user:password@shop.example.com',
    'ftp://shop.example.com',
    'null',
  ])('cannot be set as %s, which no browser sends', (value) => {
    expect(() => loadConfiguration({ environment: { BETRACE_CORS_ORIGINS: value }, directory: '/nowhere' })).toThrow(
      /server\.cors_origins/,
    );
  });
});

describe('pages whose own name resolves to this machine', () => {
  /** Sends a request with this host name. */
  const ask = (url: string, host: string, path = '/v1/things'): Promise<{ readonly status: number; readonly body: string }> =>
    new Promise((resolve, reject) => {
      const asking = request(url + path, { headers: { host } }, (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (text: string) => (body += text));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      });
      asking.on('error', reject).end();
    });
  const statuses = (url: string, hosts: readonly string[]) => Promise.all(hosts.map(async (host) => [host, (await ask(url, host)).status]));
  const FOREIGN = [
    'evil.example',
    'evil.example:12011',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evillocalhost',
    'a'.repeat(2_000),
    '%',
    '[::1',
    ']',
  ];
  const OWN = [
    'localhost',
    'LOCALHOST:12011',
    'localhost.',
    'betrace.localhost:80',
    '127.0.0.1',
    '127.0.0.1:12011',
    '10.1.2.3:80',
    '[::1]',
    '[::1]:12011',
  ];

  it('reach nothing of a server without a key', async () => {
    const url = await start();
    expect(await statuses(url, FOREIGN)).toEqual(FOREIGN.map((host) => [host, 421]));
    expect(await statuses(url, OWN)).toEqual(OWN.map((host) => [host, 200]));
    for (const path of ['/', '/health', '/metrics', '/v1/nothing'])
      expect([path, (await ask(url, 'evil.example', path)).status]).toEqual([path, 421]);
    const { body } = await ask(url, 'evil.example:80');
    expect(JSON.parse(body)).toMatchObject({
      code: 'BT_HTTP_UNKNOWN_HOST',
      detail: expect.stringMatching(/"evil\.example".*BETRACE_ALLOWED_HOSTS/),
    });
  });

  it('reach a server with a key, which they need, or with an address, unless names are configured', async () => {
    for (const environment of [{ BETRACE_API_KEY: 'the key' }, { BETRACE_HOST: '0.0.0.0' }] as Record<string, string>[]) {
      expect((await ask(await start(environment), 'betrace.example.com')).status).not.toBe(421);
      await app?.close();
      const url = await start({ ...environment, BETRACE_ALLOWED_HOSTS: 'BeTrace.example.com, betrace_api' });
      expect((await ask(url, 'betrace.example.com:443')).status).not.toBe(421);
      expect((await ask(url, 'betrace_api')).status).not.toBe(421);
      expect((await ask(url, '127.0.0.1')).status).not.toBe(421);
      expect((await ask(url, 'evil.example')).status).toBe(421);
      await app?.close();
    }
  });

  it.each(['https://betrace.example.com', 'betrace.example.com:443', 'a b', '*', '.', 'a..b', '-a'])('cannot be set as %s', (value) => {
    expect(() => loadConfiguration({ environment: { BETRACE_ALLOWED_HOSTS: value }, directory: '/nowhere' })).toThrow(
      /server\.allowed_hosts/,
    );
  });
});

describe('requests beyond the limit of a minute', () => {
  const ask = async (url: string, path: string, times: number, init?: RequestInit): Promise<readonly number[]> => {
    const statuses: number[] = [];
    for (let n = 0; n < times; n++) statuses.push((await fetch(url + path, init)).status);
    return statuses;
  };

  it('are refused with Retry-After; spans, health and metrics are not limited', async () => {
    const url = await start({ BETRACE_RATE_LIMIT: '3' });
    expect(await ask(url, '/v1/things', 5)).toEqual([200, 200, 200, 429, 429]);
    const refused = await fetch(`${url}/v1/things`);
    expect(await refused.json()).toMatchObject({
      status: 429,
      code: 'BT_HTTP_TOO_MANY_REQUESTS',
      detail: expect.stringContaining('server.rate_limit'),
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(refused.headers.get('ratelimit-limit')).toBe('3');
    expect(new Set(await ask(url, '/v1/spans', 10, { method: 'POST' }))).toEqual(new Set([201]));
    for (const path of ['/health', '/ready', '/metrics', '/']) expect(new Set(await ask(url, path, 5))).toEqual(new Set([200]));
  });

  it("are counted by key, so that one caller cannot use up another's", async () => {
    const url = await start({ BETRACE_RATE_LIMIT: '2', BETRACE_API_KEY: 'the key' });
    expect(await ask(url, '/v1/things', 5)).toEqual([401, 401, 401, 401, 401]);
    expect(await ask(url, '/v1/things', 3, { headers: { 'x-api-key': 'the key' } })).toEqual([200, 200, 429]);
  });

  it('are accepted without a limit', async () => {
    const url = await start({ BETRACE_RATE_LIMIT: '0' });
    expect(new Set(await ask(url, '/v1/things', 20))).toEqual(new Set([200]));
  });
});
