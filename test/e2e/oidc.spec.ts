import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { promisify } from 'node:util';
import { Client, credentials, status as grpcStatus, Metadata, type ServiceError } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPair, SignJWT } from 'jose';
import { BeTrace } from '../harness/betrace.js';
import { entryOf } from '../harness/entry.js';
import { eventually } from '../harness/eventually.js';
import { Issuer } from '../harness/services/issuer.js';

const run = promisify(execFile);
const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const RULE = { name: 'slow', expression: 'span.duration > 1s' };

describe('bearer tokens of an OpenID Connect issuer', () => {
  let issuer: Issuer;
  let betrace: BeTrace | undefined;
  beforeAll(async () => {
    issuer = await Issuer.start();
  });
  afterEach(async () => {
    await betrace?.stop();
    betrace = undefined;
    issuer.named = undefined;
  });
  afterAll(() => issuer.close());

  const start = async (env: Readonly<Record<string, string>> = {}): Promise<void> => {
    betrace = await BeTrace.start({
      args: ['--test-mode', '--host=127.0.0.1'],
      env: { BETRACE_OIDC_ISSUER: issuer.url, BETRACE_OIDC_AUDIENCE: 'betrace', ...env },
    });
  };
  interface Answer {
    readonly status: number;
    readonly challenge: string | null;
    readonly body: Readonly<Record<string, unknown>>;
  }
  const ask = async (token: string | undefined, path = '/v1/rules', init: RequestInit = {}): Promise<Answer> => {
    const headers = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), 'content-type': 'application/json' };
    const answer = await fetch(betrace!.url + path, { ...init, headers: { ...headers, ...init.headers } });
    const text = await answer.text();
    return { status: answer.status, challenge: answer.headers.get('www-authenticate'), body: text.startsWith('{') ? JSON.parse(text) : {} };
  };
  const post = (token: string | undefined, path: string, body: unknown) => ask(token, path, { method: 'POST', body: JSON.stringify(body) });
  const exported = async (token: string): Promise<number> => {
    const client = new Client(`127.0.0.1:${betrace!.ports.grpc}`, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${token}`);
    const pass = (bytes: Buffer) => bytes;
    const code = await new Promise<number>((resolve) =>
      client.makeUnaryRequest(EXPORT, pass, pass, Buffer.alloc(0), metadata, (error: ServiceError | null) => resolve(error?.code ?? 0)),
    );
    client.close();
    return code;
  };

  it('identify callers and their scopes, over HTTP and gRPC, along with API keys', async () => {
    await start({ BETRACE_API_KEY: 'the key' });
    const reader = await issuer.token({ scope: 'openid betrace:read profile' });
    expect((await ask(reader)).status).toBe(200);
    expect(await post(reader, '/v1/rules', RULE)).toMatchObject({ status: 403, body: { code: 'BT_HTTP_FORBIDDEN' } });
    const writer = await issuer.token({ scope: ['betrace:rules:write'], preferred_username: 'ann <script>\n' });
    const made = await post(writer, '/v1/rules', RULE);
    expect(made.status).toBe(201);
    const { body } = await ask(writer, `/v1/rules/${String(made.body['id'])}/versions`);
    expect((body as { versions: { changed_by: string }[] }).versions[0]?.changed_by).toBe('ann__script__');
    const sender = await issuer.token({ scope: 'betrace:ingest' });
    expect([await exported(sender), await exported(reader)]).toEqual([grpcStatus.OK, grpcStatus.PERMISSION_DENIED]);
    expect((await ask(sender)).status).toBe(403);
    for (const scope of [undefined, '', 'read', 'admin', 'BETRACE:READ', 'betrace:', 7, {}, 'xbetrace:read']) {
      expect([scope, (await ask(await issuer.token({ scope }))).status]).toEqual([scope, 403]);
    }
    expect(JSON.stringify(await ask(undefined, '/ready'))).not.toContain(issuer.url);
    expect((await ask(undefined, '/v1/rules', { headers: { 'x-api-key': 'the key' } })).status).toBe(200);
    const cli = entryOf('cli');
    const env = { PATH: process.env['PATH'], BETRACE_URL: betrace!.url, BETRACE_TOKEN: reader };
    expect((await run(process.execPath, [cli, 'rules', 'export'], { env })).stdout).toContain('span.duration > 1s');
    expect(await ask(undefined)).toMatchObject({ status: 401, challenge: 'ApiKey header="x-api-key", Bearer realm="betrace"' });
  });

  it('are refused when they are for another server, from another issuer, not signed by it, or expired', async () => {
    await start();
    const scope = 'betrace:admin';
    const now = Math.floor(Date.now() / 1_000);
    const { privateKey } = await generateKeyPair('RS256');
    const forged = new SignJWT({ iss: issuer.url, aud: 'betrace', exp: now + 600, scope });
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = part({ iss: issuer.url, aud: 'betrace', exp: now + 600, scope });
    const byPublicKey = `${part({ alg: 'HS256', kid: 'first' })}.${claims}`;
    const good = await issuer.token({ scope });
    const [header = '', , signature = ''] = good.split('.');
    const refused: Readonly<Record<string, string>> = {
      'another audience': await issuer.token({ scope, aud: 'another' }),
      'no audience': await issuer.token({ scope, aud: undefined }),
      'another issuer': await issuer.token({ scope, iss: `${issuer.url}/x` }),
      expired: await issuer.token({ scope, exp: now - 60 }),
      'without an end': await issuer.token({ scope, exp: undefined }),
      'not yet': await issuer.token({ scope, nbf: now + 300 }),
      'another key of that name': await forged.setProtectedHeader({ alg: 'RS256', kid: 'first' }).sign(privateKey),
      'a key that is unknown': await issuer.token({ scope }, { kid: 'nobody' }),
      'alg none': `${part({ alg: 'none' })}.${claims}.`,
      'a secret that is the public key': `${byPublicKey}.${createHmac('sha256', JSON.stringify(issuer.publicKey)).update(byPublicKey).digest('base64url')}`,
      'other claims': `${header}.${claims}.${signature}`,
      'no token': 'x',
      'two dots': '..',
      long: 'x'.repeat(10_000),
    };
    expect((await ask(good)).status).toBe(200);
    for (const [what, token] of Object.entries(refused)) {
      const { status, challenge, body } = await ask(token);
      expect([what, status, challenge]).toEqual([what, 401, 'Bearer realm="betrace", error="invalid_token"']);
      expect([what, body['detail']]).toEqual([what, expect.stringMatching(/^the bearer token is refused: (it|its) /)]);
      expect([what, await exported(token)]).toEqual([what, grpcStatus.UNAUTHENTICATED]);
    }
    expect(betrace!.logs()).not.toContain(signature);
    // Unknown key ids must not load the issuer.
    const before = issuer.asked;
    const since = performance.now();
    for (let n = 0; n < 50; n++) await ask(await issuer.token({ scope }, { kid: `nobody-${n}` }));
    // Once in five seconds, which a busy machine may take several times.
    expect(issuer.asked - before).toBeLessThanOrEqual(2 + Math.floor((performance.now() - since) / 5_000));
  });

  it('are verified with a new key of the issuer without a restart, and no longer with the former one', async () => {
    await start();
    const former = await issuer.token({ scope: 'betrace:read', sub: 'former' });
    const unused = await issuer.token({ scope: 'betrace:read', sub: 'unused' });
    expect((await ask(former)).status).toBe(200);
    await issuer.rotate('second', 'ES256');
    try {
      const present = await issuer.token({ scope: 'betrace:read' });
      await eventually('the new key', async () => ((await ask(present)).status === 200 ? true : undefined), 30_000, 500);
      expect((await ask(unused)).status).toBe(401);
    } finally {
      await issuer.rotate('first');
    }
  });

  it('cannot be verified while the issuer is down: that is reported as such, until it is back', async () => {
    await issuer.close();
    await start({ BETRACE_API_KEY: 'the key' });
    const token = await issuer.token({ scope: 'betrace:read' });
    expect(await ask(token)).toMatchObject({ status: 503, body: { code: 'BT_HTTP_UNAVAILABLE' } });
    expect(await exported(token)).toBe(grpcStatus.UNAVAILABLE);
    const ready = await ask(undefined, '/ready', { headers: { 'x-api-key': 'the key' } });
    expect(ready).toMatchObject({ status: 200, body: { status: 'degraded', checks: { oidc: expect.stringContaining(issuer.url) } } });
    expect(JSON.stringify(await ask(undefined, '/ready'))).not.toContain(issuer.url);
    expect((await ask(undefined, '/v1/rules', { headers: { 'x-api-key': 'the key' } })).status).toBe(200);
    await issuer.open();
    expect((await ask(token)).status).toBe(200);
    expect(await ask(undefined, '/ready')).toMatchObject({ body: { checks: { oidc: 'ok' } } });
    issuer.named = 'https://another.example';
    await betrace!.stop();
    await start();
    expect(await ask(token)).toMatchObject({ status: 503, body: { detail: expect.stringContaining('another.example') } });
  });

  it('are verified with the known keys while the issuer is down, whatever keys forged tokens name', async () => {
    await start();
    const scope = 'betrace:read';
    expect((await ask(await issuer.token({ scope, sub: 'first' }))).status).toBe(200);
    const forged = await issuer.token({ scope }, { kid: 'nobody' });
    const later = await issuer.token({ scope, sub: 'later' });
    await issuer.close();
    try {
      await eventually('an attempt to read the keys', async () => ((await ask(forged)).status === 503 ? true : undefined), 60_000, 500);
      expect((await ask(later)).status).toBe(200);
      expect((await ask(forged)).status).toBe(503);
      expect((await ask(await issuer.token({ scope, sub: 'last' }))).status).toBe(200);
    } finally {
      await issuer.open();
    }
  });

  it('may have their scopes in another claim, without a prefix', async () => {
    // An empty variable counts as unset, so it cannot set an empty prefix.
    await start({ BETRACE_OIDC_SCOPE_CLAIM: 'roles', BETRACE_OIDC_SCOPE_PREFIX: 'trace-' });
    expect((await ask(await issuer.token({ roles: ['trace-read', 'other'] }))).status).toBe(200);
    expect((await ask(await issuer.token({ scope: 'betrace:read' }))).status).toBe(403);
  });

  it.each([
    [{ BETRACE_OIDC_ISSUER: 'https://login.example.com' }, 'authentication.oidc_audience'],
    [{ BETRACE_OIDC_AUDIENCE: 'betrace' }, 'authentication.oidc_issuer'],
    [{ BETRACE_OIDC_ISSUER: 'http://login.example.com', BETRACE_OIDC_AUDIENCE: 'betrace' }, 'authentication.oidc_issuer'],
    [{ BETRACE_OIDC_ISSUER: 'login', BETRACE_OIDC_AUDIENCE: 'betrace' }, 'authentication.oidc_issuer'],
  ])('require complete and safe settings, or the start names what is missing: %j', async (env, said) => {
    betrace = await BeTrace.spawn({ env });
    expect(await betrace.exited()).toBe(1);
    expect(betrace.logs()).toContain(said);
  });
});
