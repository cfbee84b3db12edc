import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';
import { entryOf } from '../harness/entry.js';
import { eventually } from '../harness/eventually.js';
import { freePorts } from '../harness/free-port.js';
import { Authority } from '../harness/services/certificates.js';
import { startPostgres, type TestPostgres } from '../harness/services/postgres.js';
import { missing } from '../harness/shell.js';

const main = entryOf('cli');

const absent = await missing('openssl');
if (absent.length > 0) process.stderr.write('SKIPPED: the certificates that doctor looks at, because this machine has no openssl\n');

interface Row {
  readonly check: string;
  readonly grade: string;
  readonly said: string;
}

describe('betrace doctor', () => {
  let folder: string;
  let postgres: TestPostgres | string;
  /** An endpoint whose clock is an hour behind, and which requires credentials. */
  const collector = createServer((request, response) => {
    const authorized = request.headers.authorization === 'Bearer right';
    response.writeHead(authorized ? 200 : 401, { date: new Date(Date.now() - 3_600_000).toUTCString() }).end();
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'betrace-doctor-'));
    postgres = await startPostgres();
    await new Promise<void>((done) => collector.listen(0, '127.0.0.1', done));
  });
  afterAll(async () => {
    collector.close();
    if (typeof postgres === 'object') await postgres.stop();
    await rm(folder, { recursive: true });
  });

  const run = (args: readonly string[], env: Readonly<Record<string, string>>) =>
    new Promise<{ code: number; out: string }>((done) => {
      execFile(
        process.execPath,
        [main, 'doctor', ...args],
        { cwd: folder, env: { PATH: process.env['PATH'], ...env } },
        (error, out, err) => done({ code: typeof error?.code === 'number' ? error.code : 0, out: out + err }),
      );
    });
  const examine = async (env: Readonly<Record<string, string>>) => {
    const { code, out } = await run(['--output', 'json'], env);
    const rows = JSON.parse(out) as readonly Row[];
    return { code, of: (check: string) => rows.find((row) => row.check === check), out };
  };

  it('finds nothing wrong with a working setup, and reports what is off', async () => {
    const [http = 0, grpc = 0] = await freePorts(2);
    const env = { BETRACE_HTTP_PORT: String(http), BETRACE_GRPC_PORT: String(grpc), BETRACE_STORAGE_PATH: join(folder, 'new') };
    const { code, of } = await examine(env);
    expect(code).toBe(0);
    expect(of('http port')).toMatchObject({ grade: 'ok', said: `127.0.0.1:${http} is free` });
    expect(of('storage')).toMatchObject({ grade: 'ok', said: expect.stringMatching(/new will be made, \d+\.\d GiB are free/) });
    expect(['kafka', 'database', 'export', 'clock'].map((check) => of(check)?.grade)).toEqual(['off', 'off', 'off', 'off']);
    const { out } = await run([], env);
    expect(out).toMatch(/^(ok|warn) +configuration /);
    expect(out).toContain(`ok    http port      127.0.0.1:${http} is free\n`);
  });

  (absent.length > 0 ? it.skip : it)('says until when the certificate of TLS is good, and what is wrong with it', async () => {
    const authority = await Authority.create(folder);
    const good = await authority.issue('good', 30);
    const ending = await authority.issue('ending', 3);
    const tls = async (cert: string, key: string) =>
      (await examine({ BETRACE_HTTP_PORT: '0', BETRACE_GRPC_PORT: '0', BETRACE_TLS_CERT_FILE: cert, BETRACE_TLS_KEY_FILE: key })).of('tls');
    expect(await tls(good.cert, good.key)).toMatchObject({
      grade: 'ok',
      said: expect.stringMatching(/^the certificate is good until \d{4}-/),
    });
    expect(await tls(ending.cert, ending.key)).toMatchObject({ grade: 'warn', said: expect.stringContaining('ending.pem ends at') });
    expect(await tls(good.cert, ending.key)).toMatchObject({
      grade: 'fail',
      said: expect.stringContaining('are not a certificate and its key'),
    });
    expect(await tls('', '')).toMatchObject({ grade: 'off' });
  });

  it('reports mistakes in configuration, a port and a directory', async () => {
    expect(await run([], { BETRACE_HTTP_PORT: 'many' })).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^fail +configuration .*\n +- .*BETRACE_HTTP_PORT/),
    });
    const { port } = collector.address() as AddressInfo;
    await chmod(folder, 0o755);
    const { code, of } = await examine({ BETRACE_HTTP_PORT: String(port), BETRACE_STORAGE_PATH: folder });
    expect([code, of('http port')]).toEqual([
      1,
      expect.objectContaining({ grade: 'fail', said: expect.stringContaining(`port ${port} is taken by another process`) }),
    ]);
    expect(of('storage')).toMatchObject({ grade: 'warn', said: expect.stringContaining(`chmod 0700 ${folder}`) });
    expect((await examine({ BETRACE_STORAGE_PATH: join(main, 'below-a-file') })).of('storage')?.grade).toBe('fail');
  });

  it('recognises a running server', async () => {
    const betrace = await BeTrace.start();
    try {
      const { http, grpc } = betrace.ports;
      const { of, code } = await examine({ BETRACE_HTTP_PORT: String(http), BETRACE_GRPC_PORT: String(grpc) });
      expect([code, of('http port')?.said, of('grpc port')?.grade]).toEqual([0, `${http}: BeTrace runs, and is ready`, 'ok']);
    } finally {
      await betrace.stop();
    }
  });

  (absent.length > 0 ? it.skip : it)('knows a server that runs there with TLS', async () => {
    const authority = await Authority.create(folder, 'other');
    const { cert, key } = await authority.issue('running');
    const [http = 0, grpc = 0] = await freePorts(2);
    const env = {
      BETRACE_HTTP_PORT: String(http),
      BETRACE_GRPC_PORT: String(grpc),
      BETRACE_TLS_CERT_FILE: cert,
      BETRACE_TLS_KEY_FILE: key,
    };
    const betrace = await BeTrace.spawn({ ports: { http, grpc }, env });
    try {
      // Not by doctor: it listens on each port for a moment, which a server that starts then finds taken.
      await eventually('the start of BeTrace', () => readyOverTls(http, authority.cert), 90_000);
      const { of } = await examine(env);
      expect([of('http port')?.said, of('grpc port')?.grade]).toEqual([`${http}: BeTrace runs, and is ready`, 'ok']);
    } finally {
      await betrace.stop();
    }
  });

  it('checks the database and the OTLP endpoint, and shows no secret', async () => {
    if (typeof postgres === 'string') throw new Error(postgres);
    const { port } = collector.address() as AddressInfo;
    const env = {
      DATABASE_URL: postgres.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer right',
    };
    const well = await examine(env);
    expect(well.of('database')).toMatchObject({ grade: 'ok', said: expect.stringMatching(/^PostgreSQL \d+/) });
    expect(well.of('export')).toMatchObject({ grade: 'ok', said: expect.stringContaining('answers 200 to an empty export') });
    expect(well.of('clock')).toMatchObject({ grade: 'warn', said: expect.stringMatching(/^3[56]\d\d s ahead of the OTLP endpoint/) });
    const wrong = {
      ...env,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer wrong',
      DATABASE_URL: 'postgres://betrace:swordfish@127.0.0.1:1/x',
    };
    const { code, of, out } = await examine(wrong);
    expect([code, of('database')?.said, of('export')?.said]).toEqual([
      1,
      expect.stringContaining('BT_STORE_UNAVAILABLE'),
      expect.stringMatching(/answers 401 .*OTEL_EXPORTER_OTLP_HEADERS/),
    ]);
    expect(out).not.toMatch(/swordfish|Bearer|wrong/);
  });

  it('checks Kafka', async () => {
    const { of, code } = await examine({ KAFKA_BROKERS: '127.0.0.1:1' });
    expect([code, of('kafka')]).toEqual([
      1,
      expect.objectContaining({ grade: 'fail', said: expect.stringContaining('BT_LOG_KAFKA_UNREACHABLE') }),
    ]);
  });
});

/** True if the server on this port answers readiness with 200; undefined if it answers otherwise. Rejects while nothing listens. */
async function readyOverTls(port: number, authority: string): Promise<true | undefined> {
  const ca = await readFile(authority);
  return new Promise((done, refused) => {
    get({ host: '127.0.0.1', port, path: '/ready', ca }, (answer) => {
      answer.resume();
      done(answer.statusCode === 200 ? true : undefined);
    }).once('error', refused);
  });
}
