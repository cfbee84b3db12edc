import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { entryOf } from '../harness/entry.js';
import { eventually } from '../harness/eventually.js';
import { freePorts } from '../harness/free-port.js';

const root = join(import.meta.dirname, '../..');
const main = entryOf('cli');
const KEY = 'a key that only this test knows';

/** Runs the command line as a process; returns exit code and output. */
function cli(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [main, ...args], { cwd: root, env: { PATH: process.env['PATH'], ...env } }, (error, out, err) => {
      done({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });
}

describe('betrace as a process', () => {
  it('ends with 0, 1 or 2', async () => {
    expect(await cli(['check', '-e', 'span.duration > 1s'])).toEqual({ code: 0, out: '', err: '' });
    expect(await cli(['check', '-e', 'span.durations > 1s'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('expression:1:6: error'),
    });
    expect(await cli(['check', 'nowhere.yaml'])).toMatchObject({ code: 2, err: expect.stringContaining('cannot read nowhere.yaml') });
    expect(await cli(['test', 'examples/payments'])).toMatchObject({ code: 0, out: expect.stringContaining(' 0 failed') });
  });

  it.each([['check', '--explain', 'examples'], ['rules', 'convert', 'examples/payments'], ['test', 'examples'], ['--help']])(
    'ends quietly when its reader is gone: %s %s %s',
    async (...args) => {
      const child = spawn(process.execPath, [main, ...args.filter((arg) => arg !== undefined)], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.stdout.destroy();
      const said: Buffer[] = [];
      child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
      const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
      expect([signal, Buffer.concat(said).toString()]).toEqual([null, expect.not.stringContaining('EPIPE')]);
      // A short output may have been written whole before; otherwise the process ends like one that SIGPIPE ended.
      expect([0, 1, 2, 141]).toContain(code);
    },
  );

  const itFills = existsSync('/dev/full') ? it : it.skip;
  itFills('says in a sentence that its output cannot be written, and what the system refuses', async () => {
    const full = openSync('/dev/full', 'w');
    try {
      for (const args of [['--help'], ['check', '--explain', 'examples']]) {
        const { status, stderr } = spawnSync(process.execPath, [main, ...args], {
          cwd: root,
          stdio: ['ignore', full, 'pipe'],
          encoding: 'utf8',
        });
        expect([args, status, stderr]).toEqual([args, 2, expect.stringMatching(/^betrace: cannot write the output: .*ENOSPC.*\n$/)]);
      }
    } finally {
      closeSync(full);
    }
    const refused = await cli(['rules', 'convert', 'examples/payments', '--output', 'json', '-o', '/nowhere/at/all']);
    expect(refused).toMatchObject({ code: 2, err: expect.not.stringContaining('    at ') });
  });

  it('serves, and stops when asked', async () => {
    const [http = 0, grpc = 0] = await freePorts(2);
    const env = { PATH: process.env['PATH'], BETRACE_HTTP_PORT: String(http), BETRACE_GRPC_PORT: String(grpc) };
    const child = spawn(process.execPath, [main, 'serve'], { cwd: root, env, stdio: 'ignore' });
    const ready = async () => ((await fetch(`http://127.0.0.1:${http}/ready`)).ok ? true : undefined);
    await eventually('the start', ready, 90_000);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
    await expect(fetch(`http://127.0.0.1:${http}/ready`)).rejects.toThrow();
  });
});

describe('with a server', () => {
  let betrace: BeTrace;
  const folder = mkdtempSync(join(tmpdir(), 'betrace-cli-'));
  const file = join(folder, 'violations.ndjson');

  beforeAll(async () => {
    betrace = await BeTrace.start({ env: { BETRACE_SIGNATURE_KEY: KEY } });
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await betrace?.stop();
  });

  it('imports rules, exports them, and verifies the violations that they make', async () => {
    const { url } = betrace;
    expect(await cli(['rules', 'import', '--url', url, 'examples/payments/double-charge.yaml'])).toEqual({
      code: 0,
      out: 'double-charge: created\n',
      err: '',
    });
    expect((await cli(['rules', 'export', '--url', url])).out).toContain('id: double-charge');
    const span = (span_id: string, parent_id: string) => ({
      trace_id: 'twice',
      span_id,
      parent_id,
      name: 'payment.charge',
      start_time: 1_000,
      end_time: 2_000,
      attributes: { 'order.id': 'o1' },
    });
    const sent = await betrace.json('POST', '/v1/spans', {
      spans: [{ ...span('root', ''), name: 'checkout' }, span('a', 'root'), span('b', 'root')],
    });
    expect(sent.status).toBeLessThan(300);
    const verified = await eventually('a violation', async () => {
      const result = await cli(['verify', '--json', '--url', url], { BETRACE_SIGNATURE_KEY: KEY });
      return result.out.includes('viol-') ? result : undefined;
    });
    expect(verified.code).toBe(0);
    expect(JSON.parse(verified.out)).toMatchObject({ violations: [{ valid: true, signature: 'valid' }] });
    expect(await cli(['verify', '--url', url], { BETRACE_SIGNATURE_KEY: 'another key altogether' })).toMatchObject({ code: 1 });
  });

  it('waits until all is judged, then lists, exports and explains violations, and shows a former version of a rule', async () => {
    const { url } = betrace;
    const env = { BETRACE_URL: url, BETRACE_SIGNATURE_KEY: KEY };
    const of = (...args: string[]) => cli(args, env);
    const rule = (expression: string, severity: string) =>
      betrace.json('PUT', '/v1/rules/slow-page', { name: 'Slow page', expression, severity });
    await rule('span.name == "page" and span.duration > 9s', 'LOW');
    await rule('span.name == "page" and span.duration > 1s', 'HIGH');
    const page = { trace_id: 'slow', span_id: 'p', name: 'page', service: 'shop\u001b[2J', start_time: 0, duration: 2_000_000_000 };
    await betrace.json('POST', '/v1/spans', { spans: [page, { ...page, trace_id: 'slow2', service: 'shop' }] });
    expect(await of('wait', '--timeout', '60s')).toEqual({ code: 0, out: '', err: '' });
    expect(await of('wait', '--timeout', '60s', '--output=json')).toEqual({ code: 0, out: '{"settled":true}\n', err: '' });

    const listed = await of('violations', 'list', '--rule', 'slow-page', '--since', '1h', '--limit', '1');
    expect(listed).toMatchObject({ code: 0, err: '1 more; --limit 2 lists all\n' });
    expect(listed.out.split('\n')[0]).toMatch(/^TIME +SEVERITY +RULE +SERVICE +TRACE +STATUS +ID$/);
    const all = await of('violations', 'list', '--rule', 'slow-page', '--fail-on-any');
    expect(all).toMatchObject({ code: 1, err: '', out: expect.stringMatching(/ HIGH +slow-page +shop\\u001b\[2J +slow +open +viol-/) });
    expect(JSON.parse((await of('violations', 'list', '-q', 'slow2', '--output', 'json')).out)).toMatchObject({
      total: 1,
      violations: [{ rule_id: 'slow-page', trace_id: 'slow2', service: 'shop' }],
    });
    expect(await of('violations', 'list', '--rule', 'nobody', '--fail-on-any')).toEqual({ code: 0, out: '', err: 'no violations\n' });
    expect(await of('violations', 'list', '--severity', 'URGENT')).toMatchObject({ code: 2, err: expect.stringContaining('answers 400') });
    expect(await of('violations', 'list', '--since', 'yesterday')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--since is neither'),
    });

    const csv = await of('violations', 'export', '--rule', 'slow-page');
    expect([csv.code, csv.out.trimEnd().split(/\r?\n/).length]).toEqual([0, 3]);
    const ndjson = await of('violations', 'export', '--format', 'ndjson', '-o', file);
    expect(ndjson).toEqual({ code: 0, out: '', err: '' });
    expect(await of('verify', file)).toMatchObject({ code: 0, out: expect.stringContaining('viol-') });

    const explained = await of('explain', 'Slow page', 'slow');
    expect(explained).toMatchObject({ code: 1, out: expect.stringMatching(/^matches\n {2}✓/) });
    expect(await of('explain', '-e', 'span.name == "nothing"', 'slow')).toMatchObject({
      code: 0,
      out: expect.stringContaining('does not match'),
    });
    expect(await of('explain', 'slow-page', 'never-sent')).toMatchObject({ code: 2, err: expect.stringContaining('answers 404') });

    const history = await of('rules', 'history', 'slow-page');
    expect(history.out).toMatch(
      /^version 2 updated .* by anonymous\n {2}- expression: .*9s\n {2}\+ expression: .*1s\n {2}- severity: LOW\n {2}\+ severity: HIGH\nversion 1 created /,
    );
    const same = await of('rules', 'diff', 'examples/payments/double-charge.yaml');
    expect(same).toEqual({ code: 0, out: '', err: '' });
    expect(await of('rules', 'diff', '--replace', 'examples/payments/double-charge.yaml')).toEqual({
      code: 1,
      out: '- slow-page\n',
      err: '',
    });
    expect(await cli(['violations', 'list'])).toMatchObject({ code: 2, err: expect.stringContaining('BETRACE_URL is not set') });
  });
});

describe('betrace violations tail', () => {
  it('continues over a restart of the server, without loss or duplicates', async () => {
    const folder = await storageFolder();
    const env = { BETRACE_STORAGE_PATH: folder.path };
    let betrace = await BeTrace.start({ env });
    const { ports, url } = betrace;
    const tail = spawn(process.execPath, [main, 'violations', 'tail', '--url', url, '--severity', 'HIGH,CRITICAL'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    tail.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    try {
      const send = (id: string) =>
        betrace.json('POST', '/v1/spans', {
          spans: [{ trace_id: id, span_id: id, name: 'page', service: 'shop', start_time: 0, duration: 1 }],
        });
      const shown = (id: string) => out.split('\n').filter((line) => line.includes(` HIGH     page shop ${id}: `)).length;
      const seen = (id: string) => eventually(`a line of ${id}`, async () => (shown(id) > 0 ? true : undefined), 60_000);
      await betrace.json('POST', '/v1/rules', { id: 'page', name: 'page', expression: 'span.name == "page"', severity: 'HIGH' });
      await betrace.json('POST', '/v1/rules', { id: 'low', name: 'low', expression: 'span.name == "page"', severity: 'LOW' });
      // Violations before the stream is open are not shown, so more are sent until one is.
      let probes = 0;
      const isOpen = async () => {
        if (out === '') await send(`probe-${++probes}`);
        return out === '' ? undefined : true;
      };
      await eventually('the first line', isOpen, 90_000, 500);
      await betrace.stop();
      betrace = await BeTrace.start({ env, ports });
      await send('second');
      await seen('second');
      await send('third');
      await seen('third');
      expect([shown('second'), shown('third'), out.includes('low')]).toEqual([1, 1, false]);
      for (let probe = 1; probe <= probes; probe++) expect(shown(`probe-${probe}`)).toBeLessThanOrEqual(1);
      expect(shown(`probe-${probes}`)).toBe(1);
    } finally {
      tail.kill();
      await betrace.stop();
      await folder.remove();
    }
  });
});
