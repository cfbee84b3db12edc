import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { RouteOptions } from 'fastify';
import { logSettings, MessagingModule } from '#messaging';
import { CONFIGURATION, type Configuration, createLogger, loadConfiguration, SCOPES, startApp } from '#platform';
import { StoreModule } from '#store';
import { ApiModule } from '../../apps/api/src/api.module.js';
import { ThreadEntry } from '../../apps/api/src/testing/thread-entry.js';
import { IngestModule } from '../../apps/ingest/src/ingest.module.js';

/** All routes of all apps; an evaluator has none of its own. */
@Module({
  imports: [
    ThreadEntry,
    MessagingModule.forRootAsync({
      inject: [CONFIGURATION],
      useFactory: (configuration: Configuration) => ({ ...logSettings(configuration), writer: 'direct' }),
    }),
    StoreModule.forRoot({ kind: 'sqlite' }),
    IngestModule,
    ApiModule,
  ],
})
class AllRoutes {}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly access: string | undefined;
  readonly scope: string;
}

/** Routes other than GET, with their scopes: a new route must be added here. */
const SCOPE_OF: Readonly<Record<string, string>> = {
  'POST /v1/traces': 'ingest',
  'POST /v1/spans': 'ingest',
  'POST /mcp': 'read',
  'POST /v1/metrics': 'ingest',
  'POST /v1/logs': 'ingest',
  'POST /v1/rules': 'rules:write',
  'POST /v1/rules/import': 'rules:write',
  'PUT /v1/rules/:id': 'rules:write',
  'PATCH /v1/rules/:id': 'rules:write',
  'DELETE /v1/previews/:id': 'rules:write',
  'DELETE /v1/rules/:id': 'rules:write',
  'POST /v1/rules/:id/versions/:version/restore': 'rules:write',
  'POST /v1/rules/lost-sets/replace': 'admin',
  'POST /v1/rules/preview': 'rules:write',
  'POST /v1/rules/test': 'read',
  'POST /v1/rules/test-cases': 'read',
  'POST /v1/rules/validate': 'read',
  'POST /v1/settle': 'read',
  'POST /v1/violations/:id/verify': 'read',
  'POST /v1/violations/:id/marks': 'rules:write',
  'POST /v1/violations/groups/:id/marks': 'rules:write',
  'POST /v1/mutes': 'rules:write',
  'DELETE /v1/mutes/:id': 'rules:write',
};

/** GET routes that need more than `read`: they show running code, or any trace. */
const MORE_THAN_READ: Readonly<Record<string, string>> = {
  '/debug/pprof/profile': 'admin',
  '/debug/pprof/heap': 'admin',
  '/v1/recent-traces': 'rules:write',
};

/** Routes that wait, with a short time. */
const SHORTLY: Readonly<Record<string, string>> = {
  '/v1/settle': '?timeout=1ms',
  '/debug/pprof/profile': '?seconds=1',
  '/debug/pprof/heap': '?seconds=1',
};

describe('the scopes of routes', () => {
  const directory = mkdtempSync(join(tmpdir(), 'betrace-keys-'));
  const routes: Route[] = [];
  let app: NestFastifyApplication;
  let url: string;

  beforeAll(async () => {
    const file = join(directory, 'keys.json');
    const keys = SCOPES.map((scope) => ({
      name: scope.replace(':', '.'),
      sha256: createHash('sha256').update(`key ${scope}`).digest('hex'),
      scopes: [scope],
    }));
    writeFileSync(file, JSON.stringify({ keys }));
    const { configuration } = loadConfiguration({
      args: ['--http-port=0', '--grpc-port=0', '--host=127.0.0.1'],
      environment: { BETRACE_API_KEYS_FILE: file, BETRACE_PROTECT_METRICS: 'true' },
      directory: '/nowhere',
    });
    const noted = ({ method, url: path, config }: RouteOptions) => {
      const methods = Array.isArray(method) ? method : [method];
      for (const one of methods)
        routes.push({
          method: one,
          path,
          access: config?.access,
          scope: config?.scope ?? (one === 'GET' || one === 'HEAD' ? 'read' : 'admin'),
        });
    };
    const definition = {
      name: 'all',
      module: () => AllRoutes,
      prepare: (made: NestFastifyApplication) => {
        made.getHttpAdapter().getInstance().addHook('onRoute', noted);
        return ApiModule.prepare(made);
      },
      publicPaths: ApiModule.publicPaths,
    };
    const started = await startApp(definition, configuration, createLogger({ ...configuration.logging, level: 'error', format: 'json' }));
    app = started.app as NestFastifyApplication;
    url = started.url;
  });
  afterAll(async () => {
    await app?.close();
    rmSync(directory, { recursive: true });
  });

  const isOpen = ({ path, access }: Route): boolean =>
    access === 'public' || ApiModule.publicPaths.some((prefix: string) => path === prefix || path.startsWith(`${prefix}/`));
  const guarded = () => routes.filter((route) => !isOpen(route) && !path404(route));
  const path404 = ({ path }: Route) => path === '*' || path === '/*';

  it('is declared for each route that changes something or accepts spans', () => {
    const asked = guarded().filter(({ method }) => !['GET', 'HEAD', 'OPTIONS'].includes(method));
    expect(Object.fromEntries(asked.map(({ method, path, scope }) => [`${method} ${path}`, scope]))).toEqual(SCOPE_OF);
    for (const { method, path, scope } of guarded())
      if (['GET', 'HEAD'].includes(method)) expect([path, scope]).toEqual([path, MORE_THAN_READ[path] ?? 'read']);
  });

  it('leaves public routes open: health, readiness, the console, its first page and the documents', () => {
    const open = routes.filter((route) => isOpen(route)).map(({ path }) => path);
    for (const path of open) expect(path).toMatch(/^\/($|health$|ready$|ui(\/|$)|docs(\/|$)|openapi\.(json|yaml)$)/);
  });

  it('refuses each route without a key (401), and with a key that lacks its scope (403), before it does anything', async () => {
    const allowed: Readonly<Record<string, readonly string[]>> = {
      read: ['read', 'rules:write', 'admin'],
      'rules:write': ['rules:write', 'admin'],
      ingest: ['ingest', 'admin'],
      admin: ['admin'],
    };
    expect(guarded().length).toBeGreaterThan(50);
    for (const { method, path, scope } of guarded()) {
      const target = url + path.replaceAll(/:[^/]+/g, 'x');
      const ask = async (headers: Record<string, string>) => (await fetch(target, { method, headers })).status;
      expect([method, path, await ask({}), await ask({ 'x-api-key': 'another' })]).toEqual([method, path, 401, 401]);
      for (const key of SCOPES) {
        if (allowed[scope]!.includes(key)) continue;
        expect([method, path, key, await ask({ 'x-api-key': `key ${key}` })]).toEqual([method, path, key, 403]);
      }
    }
  });

  it('answers with a content security policy and nosniff, on each route', async () => {
    for (const { method, path } of routes.filter(({ method }) => method !== 'OPTIONS')) {
      const target = `${url}${path.replaceAll(/:[^/]+/g, 'x')}${SHORTLY[path] ?? ''}`;
      const gone = new AbortController();
      const { headers } = await fetch(target, { method, headers: { 'x-api-key': 'key admin' }, redirect: 'manual', signal: gone.signal });
      gone.abort();
      expect([path, headers.get('x-content-type-options')]).toEqual([path, 'nosniff']);
      expect([path, headers.get('content-security-policy')]).toEqual([
        path,
        expect.stringMatching(/^default-src 'none'.*frame-ancestors 'none'$/),
      ]);
    }
  });

  it('accepts a key with the scope, and names the missing scope', async () => {
    const ask = (method: string, path: string, key: string, body?: unknown) =>
      fetch(url + path, {
        method,
        headers: { 'x-api-key': `key ${key}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const rule = { id: 'a', name: 'a', expression: 'span.name == "a"', severity: 'HIGH' };
    const refused = await ask('POST', '/v1/rules', 'read', rule);
    expect([refused.status, (await refused.json()) as object]).toEqual([
      403,
      expect.objectContaining({ code: 'BT_HTTP_FORBIDDEN', detail: 'the key read has the scopes read, and this needs rules:write' }),
    ]);
    expect((await ask('GET', '/v1/rules/a', 'read')).status).toBe(404);
    expect((await ask('POST', '/v1/rules', 'rules:write', rule)).status).toBe(201);
    expect((await ask('GET', '/v1/rules/a', 'read')).status).toBe(200);
    const history = (await (await ask('GET', '/v1/rules/a/versions', 'read')).json()) as { versions: { changed_by: string }[] };
    expect(history.versions[0]?.changed_by).toBe('rules.write');
    const spans = { spans: [{ trace_id: 't', span_id: 's', name: 'a', start_time: 0, duration: 1 }] };
    expect((await ask('POST', '/v1/spans', 'ingest', spans)).status).toBe(202);
    expect((await ask('GET', '/nothing', 'ingest')).status).toBe(404);
    // A trace that violates no rule is seen by those who may preview a rule.
    expect((await ask('POST', '/v1/spans', 'ingest', { spans: [{ ...spans.spans[0], trace_id: 'fine', name: 'b' }] })).status).toBe(202);
    for (const [key, status] of [
      ['read', 404],
      ['rules:write', 200],
      ['admin', 200],
    ] as const) {
      const tried = await ask('POST', '/v1/rules/test', key, { expression: 'span.name == "b"', trace_id: 'fine' });
      expect([key, tried.status, (await ask('GET', '/v1/traces/fine', key)).status]).toEqual([key, status, status]);
    }
  });
});
