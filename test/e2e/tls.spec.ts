import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { request as ask } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type PeerCertificate } from 'node:tls';
import { Client, credentials, status as grpcStatus, type ServiceError } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { freePorts } from '../harness/free-port.js';
import { Authority, type Issued } from '../harness/services/certificates.js';
import { missing } from '../harness/shell.js';

const absent = await missing('openssl');
if (absent.length > 0) process.stderr.write('SKIPPED: TLS, because this machine has no openssl to make certificates by\n');

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

/** Every port uses TLS, accepts a new certificate without a restart, and keeps the current one while the files do not match. */
(absent.length > 0 ? describe.skip : describe)('TLS', () => {
  let folder: string;
  let authority: Authority;
  let stranger: Authority;
  let [first, second, client, foreign]: Issued[] = [];
  let files: { readonly cert: string; readonly key: string };
  let betrace: BeTrace | undefined;
  let standardPort: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'betrace-tls-'));
    [authority, stranger] = [await Authority.create(folder), await Authority.create(folder, 'stranger')];
    [first, second, client] = [await authority.issue('first'), await authority.issue('second'), await authority.issue('client')];
    foreign = await stranger.issue('foreign');
    files = { cert: join(folder, 'server.pem'), key: join(folder, 'server.key') };
  });
  afterEach(async () => {
    await betrace?.stop();
    betrace = undefined;
  });
  afterAll(() => rm(folder, { recursive: true }));

  const put = async (what: keyof Issued, issued: Issued | undefined): Promise<void> => {
    await writeFile(`${files[what]}.new`, await readFile(issued![what]));
    await rename(`${files[what]}.new`, files[what]);
  };
  const start = async (env: Readonly<Record<string, string>> = {}): Promise<BeTrace> => {
    await put('cert', first);
    await put('key', first);
    const [otlpGrpc = 0, otlpHttp = 0] = await freePorts(2);
    standardPort = otlpHttp;
    betrace = await BeTrace.spawn({
      args: ['--test-mode', '--standard-ports'],
      env: {
        BETRACE_TLS_CERT_FILE: files.cert,
        BETRACE_TLS_KEY_FILE: files.key,
        BETRACE_OTLP_GRPC_PORT: String(otlpGrpc),
        BETRACE_OTLP_HTTP_PORT: String(otlpHttp),
        ...env,
      },
    });
    await eventually('the start', async () => ((await get('/ready')).status === 200 ? true : undefined), 60_000);
    return betrace;
  };

  interface Answer {
    readonly status: number;
    readonly body: string;
  }
  /** Over a new connection, whose server must have a certificate of the authority. */
  async function get(
    path: string,
    {
      identity,
      method = 'GET',
      body,
      port = betrace!.ports.http,
    }: { identity?: Issued; method?: string; body?: string; port?: number } = {},
  ): Promise<Answer> {
    const ca = await readFile(authority.cert);
    const own = identity === undefined ? {} : { cert: await readFile(identity.cert), key: await readFile(identity.key) };
    return new Promise((resolve, reject) => {
      const request = ask(
        {
          host: '127.0.0.1',
          port,
          path,
          method,
          ca,
          ...own,
          agent: false,
          headers: body === undefined ? {} : { 'content-type': 'application/json' },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }
  /** The certificate that a port shows. */
  async function shown(port: number): Promise<string> {
    const ca = await readFile(authority.cert);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, ca, ALPNProtocols: ['h2', 'http/1.1'] }, () => {
        resolve((socket.getPeerCertificate() as PeerCertificate).subject.CN as unknown as string);
        socket.destroy();
      });
      socket.on('error', reject);
    });
  }
  /** The status of an empty OTLP/gRPC export. */
  async function exported(identity?: Issued): Promise<number> {
    const own = identity === undefined ? [] : [await readFile(identity.key), await readFile(identity.cert)];
    const caller = new Client(`127.0.0.1:${betrace!.ports.grpc}`, credentials.createSsl(await readFile(authority.cert), ...own));
    const pass = (bytes: Buffer) => bytes;
    const code = await new Promise<number>((resolve) => {
      const deadline = Date.now() + 60_000;
      caller.makeUnaryRequest(EXPORT, pass, pass, Buffer.alloc(0), { deadline } as never, (error: ServiceError | null) =>
        resolve(error?.code ?? 0),
      );
    });
    caller.close();
    return code;
  }

  it('is required by the REST API, OTLP over HTTP and gRPC, and the standard ports', async () => {
    const { ports, logs } = await start();
    expect(logs.call(betrace)).toContain(`"url":"https://127.0.0.1:${ports.http}"`);
    const rule = await get('/v1/rules', { method: 'POST', body: JSON.stringify({ name: 'slow', expression: 'span.duration > 1s' }) });
    expect(rule.status).toBe(201);
    expect((await get('/v1/traces', { method: 'POST', body: '{}', port: standardPort })).status).toBe(200);
    expect(await exported()).toBe(grpcStatus.OK);
    for (const port of [ports.http, ports.grpc, standardPort]) {
      const heard = await new Promise<string>((resolve) => {
        const socket = connectPlain(port, '127.0.0.1', () => socket.write('GET /ready HTTP/1.1\r\nhost: a\r\n\r\n'));
        const chunks: Buffer[] = [];
        socket.on('data', (chunk: Buffer) => chunks.push(chunk));
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
      });
      expect([port, heard]).toEqual([port, expect.not.stringContaining('200 OK')]);
      expect([port, heard]).toEqual([port, expect.not.stringContaining('checks')]);
    }
    expect((await get('/metrics')).body).toMatch(
      /^betrace_tls_certificate_expires_timestamp_seconds 1\.\d+e\+9$|^betrace_tls_certificate_expires_timestamp_seconds \d{10}/m,
    );
  });

  it("is used by the image's health check too", async () => {
    const { ports } = await start();
    const dockerfile = await readFile(join(import.meta.dirname, '../../deploy/docker/Dockerfile'), 'utf8');
    const [, command = '[]'] = /^HEALTHCHECK .* CMD (\[.*\])$/m.exec(dockerfile) ?? [];
    const [, ...args] = JSON.parse(command) as string[];
    const healthy = (env: Readonly<Record<string, string>>) =>
      new Promise<number | null>((done) => void spawn(process.execPath, args, { env, stdio: 'ignore' }).on('exit', done));
    const port = { BETRACE_HTTP_PORT: String(ports.http) };
    expect(await healthy({ ...port, BETRACE_TLS_CERT_FILE: files.cert })).toBe(0);
    expect(await healthy(port)).toBe(1);
    await betrace!.stop();
    expect(await healthy({ ...port, BETRACE_TLS_CERT_FILE: files.cert })).toBe(1);
    betrace = await BeTrace.start({ args: ['--test-mode'], ports });
    expect(await healthy(port)).toBe(0);
  });

  it('accepts a new certificate without a restart, and none that does not match its key meanwhile', async () => {
    const { ports } = await start();
    const all = () => Promise.all([ports.http, ports.grpc, standardPort].map(shown));
    expect(await all()).toEqual(['first', 'first', 'first']);
    await put('cert', second);
    await eventually(
      'the log of it',
      async () => (betrace!.logs().includes('the previous certificate stays in use') ? true : undefined),
      60_000,
    );
    expect(await all()).toEqual(['first', 'first', 'first']);
    await put('key', second);
    await eventually('the new certificate', async () => ((await all()).every((name) => name === 'second') ? true : undefined), 60_000);
    expect((await get('/ready')).status).toBe(200);
    expect(await exported()).toBe(grpcStatus.OK);
    expect(betrace!.logs()).not.toContain('PRIVATE KEY');
  });

  it('requires client certificates if configured, but not for health', async () => {
    await start({ BETRACE_TLS_CLIENT_CA_FILE: authority.cert });
    for (const path of ['/health', '/ready']) expect([path, (await get(path)).status]).toEqual([path, 200]);
    for (const identity of [undefined, foreign]) {
      for (const path of ['/v1/rules', '/metrics', '/v1/nothing']) {
        const { status, body } = await get(path, identity === undefined ? {} : { identity });
        expect([path, status, JSON.parse(body)]).toEqual([path, 401, expect.objectContaining({ code: 'BT_HTTP_CLIENT_CERTIFICATE' })]);
      }
      const sent = await get('/v1/traces', {
        method: 'POST',
        body: '{}',
        port: standardPort,
        ...(identity === undefined ? {} : { identity }),
      });
      expect(sent.status).toBe(401);
      expect(await exported(identity)).toBe(grpcStatus.UNAVAILABLE);
    }
    expect((await get('/v1/rules', { identity: client! })).status).toBe(200);
    expect((await get('/metrics', { identity: client! })).status).toBe(200);
    expect(await exported(client)).toBe(grpcStatus.OK);
  });

  it.each([
    ['a certificate without its key', { BETRACE_TLS_KEY_FILE: '' }, 'server.tls_key_file'],
    ['a missing file', { BETRACE_TLS_KEY_FILE: '/nowhere/server.key' }, '/nowhere/server.key cannot be read'],
    ['a key that is not a key', { BETRACE_TLS_KEY_FILE: import.meta.filename }, 'are not a certificate and its key in PEM'],
    ['an invalid authority', { BETRACE_TLS_CLIENT_CA_FILE: import.meta.filename }, 'has no certificate in PEM'],
  ])('does not start with %s, and reports it', async (_what, env, said) => {
    await put('cert', first);
    await put('key', first);
    betrace = await BeTrace.spawn({ env: { BETRACE_TLS_CERT_FILE: files.cert, BETRACE_TLS_KEY_FILE: files.key, ...env } });
    expect(await betrace.exited()).toBe(1);
    expect(betrace.logs()).toContain(said);
  });
});
