import { spawnSync } from 'node:child_process';
import { renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { entryOf } from '../harness/entry.js';
import { EventStream } from '../harness/event-stream.js';
import { eventually } from '../harness/eventually.js';

const CLI = entryOf('cli');
const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const TIMEOUT_MS = 60_000;

/** Keys of a file, created with the command line, at every interface of a started server; the file changes while it runs. */
describe('API keys of a file', () => {
  let betrace: BeTrace;
  let folder: Awaited<ReturnType<typeof storageFolder>>;
  let file: string;
  const entries = new Map<string, string>();
  const keys = new Map<string, string>();

  const make = (name: string, ...scopes: readonly string[]): void => {
    const args = [CLI, 'keys', 'new', name, ...scopes.flatMap((scope) => ['--scope', scope])];
    const { stdout, stderr, status: code } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(code).toBe(0);
    const key = /bt_[\w-]{43}/.exec(stderr)?.[0] ?? '';
    expect(stdout).not.toContain(key);
    keys.set(name, key);
    entries.set(name, stdout);
  };
  /** Like secrets that Kubernetes mounts: a link to a folder is replaced. */
  let versions = 0;
  const write = (text: string): void => {
    const version = join(folder.path, `keys-${++versions}.yaml`);
    writeFileSync(version, text, { mode: 0o600 });
    symlinkSync(version, `${file}.new`);
    renameSync(`${file}.new`, file);
  };
  const fileOf = (...names: readonly string[]): string => `keys:\n${names.map((name) => entries.get(name)).join('')}`;

  beforeAll(async () => {
    folder = await storageFolder();
    file = join(folder.path, 'keys.yaml');
    make('reader', 'read');
    make('sender', 'ingest');
    make('writer', 'rules:write', 'ingest');
    make('later', 'admin');
    write(fileOf('reader', 'sender', 'writer'));
    betrace = await BeTrace.start({ env: { BETRACE_API_KEYS_FILE: file } });
  });
  afterAll(async () => {
    await betrace?.stop();
    await folder?.remove();
  });

  const ask = async (method: string, path: string, key?: string, body?: unknown) => {
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (key !== undefined) headers['x-api-key'] = keys.get(key) ?? key;
    const answer = await fetch(betrace.url + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    return answer.status;
  };
  const spans = { spans: [{ trace_id: 'a', span_id: 'b', name: 'c', start_time: 0, duration: 1 }] };

  const exportOver = (key?: string): Promise<number> =>
    new Promise((resolve) => {
      const client = new Client(`127.0.0.1:${betrace.ports.grpc}`, credentials.createInsecure());
      const metadata = new Metadata();
      if (key !== undefined) metadata.set('x-api-key', keys.get(key) ?? key);
      const bytes = (value: Buffer): Buffer => value;
      client.makeUnaryRequest(EXPORT, bytes, bytes, Buffer.alloc(0), metadata, (error: ServiceError | null) => {
        client.close();
        resolve(error?.code ?? status.OK);
      });
    });

  it('have the rights of their scopes, over HTTP and gRPC', async () => {
    const rule = { id: 'a', name: 'a', expression: 'span.name == "a"', severity: 'HIGH' };
    expect([await ask('POST', '/v1/rules', 'reader', rule), await ask('POST', '/v1/rules', 'writer', rule)]).toEqual([403, 201]);
    expect([await ask('GET', '/v1/rules', 'reader'), await ask('GET', '/v1/rules', 'sender'), await ask('GET', '/v1/rules')]).toEqual([
      200, 403, 401,
    ]);
    expect([await ask('POST', '/v1/spans', 'reader', spans), await ask('POST', '/v1/spans', 'sender', spans)]).toEqual([403, 202]);
    expect([
      await exportOver('sender'),
      await exportOver('writer'),
      await exportOver('reader'),
      await exportOver(),
      await exportOver('later'),
    ]).toEqual([status.OK, status.OK, status.PERMISSION_DENIED, status.UNAUTHENTICATED, status.UNAUTHENTICATED]);
    expect((await fetch(`${betrace.url}/ready`)).status).toBe(200);
  });

  it('are added and removed with the file, without a restart; an invalid file is reported and changes nothing', async () => {
    const stream = await EventStream.open(`${betrace.url}/v1/violations/stream`, { 'x-api-key': keys.get('writer')! });
    write(fileOf('reader', 'later'));
    await eventually('the new key', async () => ((await ask('GET', '/v1/rules', 'later')) === 200 ? true : undefined), TIMEOUT_MS, 200);
    expect([await ask('GET', '/v1/rules', 'writer'), await exportOver('sender'), await exportOver('later')]).toEqual([
      401,
      status.UNAUTHENTICATED,
      status.OK,
    ]);
    // A stream with the withdrawn key ends before it sends anything more.
    expect(await ask('POST', '/v1/spans', 'later', { spans: [{ ...spans.spans[0]!, trace_id: 'after', name: 'a' }] })).toBe(202);
    await eventually('the end of the stream', async () => (stream.ended ? true : undefined), TIMEOUT_MS);
    expect(stream.events.map(({ event }) => event)).toEqual(['end']);
    const ready = async () =>
      (
        (await (await fetch(`${betrace.url}/ready`, { headers: { 'x-api-key': keys.get('reader')! } })).json()) as {
          checks: Record<string, string>;
        }
      ).checks['api_keys'];
    expect(await ready()).toBe('ok');
    write('keys:\n  - name: half wri');
    await eventually(
      'the word of the broken file',
      async () => {
        await ask('GET', '/v1/rules', 'reader');
        return betrace.logs().includes('the previous ones stay in force') ? true : undefined;
      },
      TIMEOUT_MS,
      200,
    );
    expect([await ask('GET', '/v1/rules', 'reader'), await ask('GET', '/v1/rules', 'writer')]).toEqual([200, 401]);
    for (const key of keys.values()) expect(betrace.logs()).not.toContain(key);
    expect(await ready()).toMatch(/^authentication.api_keys_file is not in force: .*; the keys that it had before are$/);
    expect((await fetch(`${betrace.url}/ready`)).status).toBe(200);
  });

  it('end a start with an invalid file, with its mistakes', async () => {
    const wrong = join(folder.path, 'wrong.yaml');
    writeFileSync(wrong, 'keys:\n  - name: a\n    sha256: secret\n    scope: read\n');
    const started = await BeTrace.spawn({ env: { BETRACE_API_KEYS_FILE: wrong } });
    expect(await started.exited()).not.toBe(0);
    expect(started.logs()).toMatch(/BETRACE_API_KEYS_FILE.*unknown member "scope"\. Did you mean scopes\?/);
  });
});
