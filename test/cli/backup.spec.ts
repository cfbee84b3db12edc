import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';
import { entryOf } from '../harness/entry.js';
import { eventually } from '../harness/eventually.js';
import { describePostgres } from '../store/describe-postgres.js';

const main = entryOf('cli');
const TIMEOUT_MS = 60_000;
const KEY = { BETRACE_SIGNATURE_KEY: 'the signature key of the test '.repeat(2) };

interface Ran {
  readonly code: number;
  readonly out: string;
}

let folder: string;
/** The storage of a server that was used, backed up (`b.ndjson.gz`, `b.ndjson`) and used again. */
let data: string;
let before: string;
let after: string;
let running: BeTrace[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'betrace-backups-'));
  data = join(folder, 'data');
  const server = await start({ BETRACE_STORAGE_PATH: data });
  const put = (expression: string) => server.json('PUT', '/v1/rules/pay', { name: 'pay', expression, severity: 'HIGH', tags: ['ä'] });
  expect((await put('span.name == "buy"')).status).toBe(201);
  expect((await put('span.name == "pay"')).status).toBe(200);
  await send(server, 'one', 'two', 'three');
  const { body } = await server.json<{ groups: { id: string }[] }>('GET', '/v1/violations/groups');
  const mark = { kind: 'acknowledged', note: 'known' };
  expect((await server.json('POST', `/v1/violations/groups/${body.groups[0]?.id}/marks`, mark)).status).toBe(201);
  before = await seen(server);
  // The server keeps running.
  const asJson = await cli(['backup', 'b.ndjson.gz', '--output', 'json', `--storage-path=${data}`]);
  expect([asJson.code, JSON.parse(asJson.out)]).toEqual([0, { file: 'b.ndjson.gz', database: data, rules: 1, violations: 3 }]);
  const backup = await cli(['backup', 'b.ndjson.gz', `--storage-path=${data}`]);
  expect(backup).toEqual({ code: 0, out: `b.ndjson.gz: 1 rules and 3 violations of ${data}\n` });
  await writeFile(join(folder, 'b.ndjson'), gunzipSync(await readFile(join(folder, 'b.ndjson.gz'))));
  await send(server, 'late');
  after = await seen(server);
  expect(await server.stop()).toBe(0);
});
afterEach(async () => {
  await Promise.all(running.map((one) => one.kill()));
  running = [];
});
afterAll(() => rm(folder, { recursive: true }));

const cli = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  new Promise<Ran>((done) => {
    const options = { env: { PATH: process.env['PATH'] ?? '', ...env }, cwd: folder };
    execFile(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], options, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), out: stdout + stderr }),
    );
  });
async function start(env: Readonly<Record<string, string>>): Promise<BeTrace> {
  const betrace = await BeTrace.start({ env: { ...KEY, BETRACE_HOST: '127.0.0.1', ...env } });
  running.push(betrace);
  return betrace;
}
async function send(to: BeTrace, ...ids: readonly string[]): Promise<void> {
  const spans = ids.map((id) => ({ trace_id: id, span_id: 's', name: 'pay', start_time: 0, duration: 1 }));
  expect((await to.json('POST', '/v1/spans', { spans })).status).toBe(202);
  expect((await to.json('POST', '/v1/settle?timeout=60s')).status).toBe(204);
}
/** The state that a user sees, as text. */
async function seen(betrace: BeTrace): Promise<string> {
  const paths = ['/v1/rules', '/v1/rules/pay/versions', '/v1/violations?limit=100', '/v1/violations/groups', '/v1/keys'];
  const bodies = await Promise.all(paths.map(async (path) => (await betrace.json('GET', path)).body));
  const { violations } = bodies[2] as { violations: { id: string }[] };
  const verified = await Promise.all(violations.map(({ id }) => betrace.json('POST', `/v1/violations/${id}/verify`)));
  return JSON.stringify([...bodies, ...verified.map(({ body }) => body)], undefined, 1);
}
const totalOf = async (of: BeTrace) => (await of.json<{ total: number }>('GET', '/v1/violations')).body.total;
const linesOf = async (file: string) =>
  (await readFile(join(folder, file), 'utf8'))
    .split('\n')
    .slice(1, -2)
    .filter((line) => !line.startsWith('["violation_sequence"'));

/** As in docs/operations/backup.md, for a storage path and for `DATABASE_URL`. */
describe('betrace backup and restore', () => {
  it('restores rules, history, violations and marks to an empty server', async () => {
    const path = join(folder, 'anew');
    expect(before).toContain('"valid": true');
    expect((await stat(join(folder, 'b.ndjson.gz'))).mode & 0o777).toBe(0o600);
    const restored = await cli(['restore', 'b.ndjson.gz', `--storage-path=${path}`]);
    expect(restored).toEqual({ code: 0, out: `${path}: 1 rules and 3 violations of b.ndjson.gz\n` });
    const server = await start({ BETRACE_STORAGE_PATH: path });
    expect(await seen(server)).toBe(before);
    // The rule is in force again.
    await send(server, 'four');
    expect(await totalOf(server)).toBe(4);
  });

  it('finds later violations in the log again when only the database was destroyed', async () => {
    const files = readdirSync(data).filter((name) => name.startsWith('store.db'));
    for (const name of files) await writeFile(join(data, name), 'destroyed');
    const refused = await cli(['restore', 'b.ndjson', '--replace', `--storage-path=${data}`]);
    expect(refused).toEqual({ code: 2, out: expect.stringContaining('BT_STORE_CORRUPT') });
    for (const name of files) await rm(join(data, name));

    expect((await cli(['restore', 'b.ndjson', `--storage-path=${data}`])).code).toBe(0);
    const server = await start({ BETRACE_STORAGE_PATH: data });
    await eventually('the violation of after the backup', async () => ((await totalOf(server)) === 4 ? true : undefined), TIMEOUT_MS);
    expect((JSON.parse(await seen(server)) as readonly unknown[])[2]).toEqual((JSON.parse(after) as readonly unknown[])[2]);
  });

  it('writes no incomplete backup, and restores none', async () => {
    const path = join(folder, 'kept');
    const whole = await readFile(join(folder, 'b.ndjson.gz'));
    expect((await cli(['restore', 'b.ndjson.gz', `--storage-path=${path}`])).code).toBe(0);
    const unwritable = await cli(['backup', 'no/such/folder/b', `--storage-path=${path}`]);
    expect(unwritable).toEqual({ code: 2, out: expect.stringContaining('BT_CLI_FILE') });
    expect(await cli(['backup'])).toEqual({ code: 2, out: expect.stringContaining('give the file first') });
    // The former backup stays when the next one fails.
    const nothing = await cli(['backup', 'b.ndjson.gz', '--storage-path=nowhere']);
    expect(nothing).toEqual({ code: 2, out: expect.stringContaining('BT_STORE_NOTHING_THERE') });
    expect(await readFile(join(folder, 'b.ndjson.gz'))).toEqual(whole);
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);

    await writeFile(join(folder, 'cut.ndjson.gz'), whole.subarray(0, whole.length - 40));
    await writeFile(join(folder, 'cut.ndjson'), gunzipSync(whole).subarray(0, -20));
    for (const [name, code] of [
      ['cut.ndjson.gz', 'BT_CLI_FILE'],
      ['cut.ndjson', 'BT_STORE_BACKUP_DAMAGED'],
    ] as const) {
      const refused = await cli(['restore', name, '--replace', `--storage-path=${path}`]);
      expect([name, refused]).toEqual([name, { code: 2, out: expect.stringContaining(code) }]);
    }
    const occupied = await cli(['restore', 'b.ndjson.gz', `--storage-path=${path}`]);
    expect(occupied).toEqual({ code: 2, out: expect.stringContaining('BT_STORE_NOT_EMPTY') });
    expect((await cli(['backup', 'kept.ndjson', `--storage-path=${path}`])).code).toBe(0);
    expect(await linesOf('kept.ndjson')).toEqual(await linesOf('b.ndjson'));
  });

  it('keeps the newest backups of a directory, and other files', async () => {
    const directory = join(folder, 'backups');
    await mkdir(directory);
    const old = ['betrace-20250101T000000Z.ndjson.gz', 'betrace-20260101T000000Z.ndjson.gz', 'of-mine.txt'];
    for (const name of old) await writeFile(join(directory, name), '');
    const refused = await cli(['backup', 'backups/', '--keep=0', `--storage-path=${data}`]);
    expect(refused).toEqual({ code: 2, out: expect.stringContaining('--keep=COUNT') });
    expect(await cli(['backup', 'backups/', '--keep=2', `--storage-path=${data}`])).toMatchObject({ code: 0 });
    const [newest = '', ...rest] = readdirSync(directory)
      .sort()
      .toReversed()
      .filter((name) => name.endsWith('.gz'));
    expect(rest).toEqual(['betrace-20260101T000000Z.ndjson.gz']);
    expect(existsSync(join(directory, 'of-mine.txt'))).toBe(true);
    expect(await cli(['restore', join('backups', newest), `--storage-path=${join(folder, 'newest')}`])).toMatchObject({ code: 0 });
  });

  it('killed during a restore leaves the database unchanged', async () => {
    const other = join(folder, 'other');
    expect((await cli(['restore', 'b.ndjson', `--storage-path=${other}`])).code).toBe(0);

    // The second read, within the transaction, stops in the middle.
    const half = Math.floor((await readFile(join(folder, 'b.ndjson'), 'utf8')).length / 2);
    const script = `mkfifo pipe; cat b.ndjson > pipe; sleep 1; { head -c ${half} b.ndjson; touch written; sleep 60; } > pipe`;
    const writer = spawn('bash', ['-c', script], { cwd: folder, stdio: 'ignore', detached: true });
    try {
      await eventually('the pipe', async () => (existsSync(join(folder, 'pipe')) ? true : undefined));
      const args = ['--disable-warning=ExperimentalWarning', main, 'restore', 'pipe', '--replace', `--storage-path=${other}`];
      const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' });
      await eventually('half of it', async () => (existsSync(join(folder, 'written')) ? true : undefined), TIMEOUT_MS);
      await new Promise((done) => setTimeout(done, 500));
      expect(child.exitCode).toBe(null);
      child.kill('SIGKILL');
      await new Promise((done) => child.once('exit', done));
    } finally {
      process.kill(-writer.pid!, 'SIGKILL');
    }
    expect((await cli(['backup', 'c.ndjson', `--storage-path=${other}`])).code).toBe(0);
    expect(await linesOf('c.ndjson')).toEqual(await linesOf('b.ndjson'));
  });
});

await describePostgres('backups', (emptyUrl) => {
  it('move from SQLite to PostgreSQL and back, unchanged', async () => {
    const back = join(folder, 'back');
    const url = await emptyUrl();
    const restored = await cli(['restore', 'b.ndjson'], { DATABASE_URL: url });
    expect(restored).toEqual({ code: 0, out: expect.stringContaining('1 rules and 3 violations') });
    const server = await start({ DATABASE_URL: url });
    expect(await seen(server)).toBe(before);
    await server.stop();
    expect((await cli(['backup', 'postgres.ndjson'], { DATABASE_URL: url })).code).toBe(0);
    expect((await cli(['restore', 'postgres.ndjson', `--storage-path=${back}`])).code).toBe(0);
    expect((await cli(['backup', 'back.ndjson', `--storage-path=${back}`])).code).toBe(0);
    expect(await linesOf('back.ndjson')).toEqual(await linesOf('postgres.ndjson'));
    const occupied = await cli(['restore', 'b.ndjson'], { DATABASE_URL: url });
    expect(occupied).toEqual({ code: 2, out: expect.stringContaining('BT_STORE_NOT_EMPTY') });
    expect((await cli(['restore', 'b.ndjson', '--replace'], { DATABASE_URL: url })).code).toBe(0);
  });
});
