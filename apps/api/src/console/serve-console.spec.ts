import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { setSecurityHeaders } from '#platform';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { ConsoleSignIn, consoleSignIn } from './console-sign-in.js';
import { serveConsole } from './serve-console.js';

describe('the console is served', () => {
  let app: FastifyInstance;
  let folder: string;
  const start = async (): Promise<void> => {
    folder = await mkdtemp(join(tmpdir(), 'betrace-console-'));
    app = fastify();
    setSecurityHeaders(app);
    await serveConsole(app, folder);
  };
  const build = async (): Promise<void> => {
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), '<title>built</title>');
    await writeFile(join(folder, 'assets', 'main-1a2b.js'), 'plain');
    await writeFile(join(folder, 'assets', 'main-1a2b.js.br'), 'small');
  };
  afterEach(async () => {
    await app?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('as a page that explains how to build it, and after a build without a restart', async () => {
    await start();
    const missing = await app.inject('/ui');
    expect([missing.statusCode, missing.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect(missing.body).toContain('npm run build');
    await build();
    expect((await app.inject('/ui')).body).toBe('<title>built</title>');
    expect((await app.inject('/ui/assets/main-1a2b.js')).body).toBe('plain');
  });

  it('as one page for every address below it, which loads only files of this server', async () => {
    await start();
    await build();
    for (const path of ['/ui', '/ui/', '/ui/violations', '/ui/violations/viol-1?span=a', '/ui/rules/a%2Fb']) {
      const { statusCode, body, headers } = await app.inject(path);
      expect([path, statusCode, body]).toEqual([path, 200, '<title>built</title>']);
      expect(headers).toMatchObject({ 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' });
      const policy = String(headers['content-security-policy']);
      expect(policy).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
    }
  });

  it('by files that browsers keep forever, because their names change with their content', async () => {
    await start();
    await build();
    const { headers, body } = await app.inject({ url: '/ui/assets/main-1a2b.js', headers: { 'accept-encoding': 'br' } });
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'br',
      'x-content-type-options': 'nosniff',
    });
    expect(body).toBe('small');
    for (const path of ['/ui/assets/no.js', '/ui/assets/../index.html', '/ui/assets/%2e%2e/index.html', '/ui/assets/']) {
      expect([path, (await app.inject(path)).body]).not.toEqual([path, 'plain']);
    }
    expect((await app.inject('/ui/assets/no.js')).statusCode).toBe(404);
  });
});

describe('the sign-in at an issuer', () => {
  let issuer: Server;
  let address: string;
  let document: object;
  let asked = 0;
  beforeEach(async () => {
    asked = 0;
    issuer = createServer((_request, response) => {
      asked++;
      response.end(JSON.stringify(document));
    });
    await new Promise<void>((done) => issuer.listen(0, '127.0.0.1', done));
    address = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
    document = { issuer: address, authorization_endpoint: `${address}/authorize`, token_endpoint: 'https://tokens.example.com/token' };
  });
  afterEach(() => void issuer.close());
  const client = () => ({ issuer: address, client_id: 'console', scope: 'openid', parameters: {} });
  const serve = async (signIn: ConsoleSignIn) => {
    const app = fastify();
    await serveConsole(app, '/nowhere', signIn);
    const settings = async () => (await app.inject('/ui/settings.json')).json().sign_in;
    const policy = async () => String((await app.inject('/ui')).headers['content-security-policy']);
    return { settings, policy };
  };

  it('is configured for browsers, whose policy allows the token endpoint', async () => {
    const { settings, policy } = await serve(new ConsoleSignIn(client(), () => 0));
    expect(await policy()).toContain("connect-src 'self' https://tokens.example.com;");
    const addresses = { authorization_endpoint: `${address}/authorize`, token_endpoint: 'https://tokens.example.com/token' };
    expect(await settings()).toEqual({ ...client(), ...addresses });
    expect(asked).toBe(1);
  });

  it('reports an issuer that is unavailable or another one, and asks again after five seconds', async () => {
    let now = 0;
    const right = document;
    document = { ...right, issuer: 'https://another.example.com' };
    const { settings, policy } = await serve(new ConsoleSignIn(client(), () => now));
    expect(await settings()).toEqual({ ...client(), away: expect.stringContaining('is of the issuer') });
    expect(await policy()).toContain("connect-src 'self';");
    document = right;
    now = 4_999;
    expect(await settings()).toHaveProperty('away');
    expect(asked).toBe(1);
    now = 5_000;
    expect(await settings()).not.toHaveProperty('away');
    expect(asked).toBe(2);
  });

  it('is off without a client of the console', async () => {
    const of = (more: object) => consoleSignIn({ oidcIssuer: address, oidcConsoleScope: 'openid', ...more } as never, () => 0);
    expect(of({})).toBeUndefined();
    const { settings } = await serve(of({ oidcConsoleClientId: 'c', oidcConsoleParameters: 'resource=https%3A%2F%2Fb&audience=x' })!);
    expect(await settings()).toMatchObject({ client_id: 'c', parameters: { resource: 'https://b', audience: 'x' } });
  });
});

describe('a link to traces in another program', () => {
  const settings = async (environment: Record<string, string>) => {
    const api = await ApiUnderTest.startIn(environment);
    try {
      return await (await fetch(`${api.url}/ui/settings.json`)).json();
    } finally {
      await api.close();
    }
  };

  it('is passed to the console as configured, or absent', async () => {
    const url = 'https://tempo.example.com/trace/{trace_id}';
    expect(await settings({ BETRACE_CONSOLE_TRACE_LINK: url })).toEqual({ sign_in: null, trace_link: { name: 'Tempo', url } });
    expect(await settings({ BETRACE_CONSOLE_TRACE_LINK: url, BETRACE_CONSOLE_TRACE_LINK_NAME: 'Jaeger' })).toMatchObject({
      trace_link: { name: 'Jaeger', url },
    });
    expect(await settings({})).toEqual({ sign_in: null, trace_link: null });
  });
});

describe('a server with an API key', () => {
  it('serves the console to everyone, and its data only with the key', async () => {
    const api = await ApiUnderTest.startIn({ BETRACE_API_KEY: 'secret-of-the-house' });
    try {
      expect([200, 404]).toContain((await fetch(`${api.url}/ui/violations`)).status);
      expect((await fetch(`${api.url}/v1/violations`)).status).toBe(401);
      const root = await fetch(api.url, { headers: { accept: 'text/html' }, redirect: 'manual' });
      expect([root.status, root.headers.get('location')]).toEqual([302, '/ui']);
    } finally {
      await api.close();
    }
  });
});
