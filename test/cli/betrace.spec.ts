import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { freePorts } from '../harness/free-port.js';

const root = join(import.meta.dirname, '../..');
const main = join(root, 'dist/apps/cli/src/main.js');
const KEY = 'a key that only this test knows';

/** The command line as a process: exit code and output. */
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
    expect(await cli(['check', 'nowhere.yaml'])).toMatchObject({ code: 2, err: expect.stringContaining('can not read nowhere.yaml') });
    expect(await cli(['test', 'examples/payments'])).toMatchObject({ code: 0, out: expect.stringContaining(' 0 failed') });
  });

  it.each([['check', '--explain', 'examples'], ['rules', 'convert', 'examples/payments'], ['test', 'examples'], ['--help']])(
    'ends quietly when nobody reads on: %s %s %s',
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
      // What was short may have been written whole before; what was not ends as a program that SIGPIPE ended.
      expect([0, 1, 2, 141]).toContain(code);
    },
  );

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

  beforeAll(async () => {
    betrace = await BeTrace.start({ env: { BETRACE_SIGNATURE_KEY: KEY } });
  });
  afterAll(() => betrace?.stop());

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
});
