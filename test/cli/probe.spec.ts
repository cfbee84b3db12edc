import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { partitionOf } from '#messaging';
import { FAULTS, type Fault, SWITCHES } from '../faults/switches.js';
import { BeTrace } from '../harness/betrace.js';
import { entryOf } from '../harness/entry.js';
import { eventually } from '../harness/eventually.js';
import { REPOSITORY } from '../harness/repository.js';

const main = entryOf('cli');
/** Of the log: with 40 traces, each has some that break rules. */
const PARTITIONS = 2;

interface Round {
  readonly sent: number;
  readonly due: number;
  readonly right: number;
  readonly faults: readonly { readonly kind: string; readonly rule: string; readonly trace: string; readonly witness?: string }[];
}

describe('betrace probe', () => {
  let betrace: BeTrace;
  /** A file in it is a fault that is on: test/faults/switches.ts. */
  let switches: string;
  let folder: string;
  let running: ChildProcess | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'betrace-faults-'));
    switches = join(folder, 'switches');
    mkdirSync(switches);
    await promisify(execFile)(process.execPath, [join(REPOSITORY, 'test/faults/bundle.mjs'), join(folder, 'bundle')]);
    betrace = await BeTrace.start({
      bundle: join(folder, 'bundle'),
      args: ['--test-mode'],
      env: { BETRACE_API_KEY: 'the key', BETRACE_LOG_PARTITIONS: String(PARTITIONS), [SWITCHES]: switches },
    });
  });
  afterEach(() => {
    running?.kill('SIGKILL');
    running = undefined;
    for (const fault of Object.keys(FAULTS)) rmSync(join(switches, fault), { force: true });
  });
  afterAll(async () => {
    await betrace?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Verdicts that come later are missed: far more than they take, even when the machine stalls for seconds. */
  const patience = ['--timeout', '10s'] as const;
  const turnOn = (fault: Fault) => writeFileSync(join(switches, fault), '');
  const turnOff = (fault: Fault) => rmSync(join(switches, fault));
  const headers = { 'x-api-key': 'the key', 'content-type': 'application/json' };
  const env = () => ({ PATH: process.env['PATH'], BETRACE_URL: betrace.url, BETRACE_API_KEY: 'the key' });
  const probe = (...args: readonly string[]) =>
    new Promise<{ code: number; out: string; err: string }>((done) => {
      execFile(process.execPath, [main, 'probe', ...args], { env: env() }, (error, out, err) =>
        done({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
    });
  const round = async (...args: readonly string[]): Promise<Round & { readonly code: number }> => {
    const { code, out, err } = await probe('--output', 'json', '--traces', '8', '--linger', '1s', ...args);
    expect([err, out]).toEqual(['', expect.stringMatching(/^\{.*\}\n$/)]);
    return { ...(JSON.parse(out) as Round), code };
  };
  const kinds = ({ faults }: Round) => [...new Set(faults.map(({ kind }) => kind))];

  it('finds every verdict right on a correct server, and creates no new rule version', async () => {
    for (let n = 0; n < 2; n++) expect(await round()).toMatchObject({ code: 0, sent: 8, due: 8, right: 8, faults: [] });
    const { code, out } = await probe('--traces', '4', '--linger', '0s');
    expect([code, out]).toEqual([0, expect.stringMatching(/^right {2}4 of 4 verdicts on 4 traces, the slowest after \d+\.\d s\n$/)]);
    const rule = await fetch(`${betrace.url}/v1/rules/betrace-probe-unaudited`, { headers: { 'x-api-key': 'the key' } });
    expect(await rule.json()).toMatchObject({ version: 1, tags: ['betrace-probe'] });
  });

  it('misses the verdicts on spans that were acknowledged and dropped', async () => {
    turnOn('dropped-spans');
    const result = await round(...patience);
    expect(result).toMatchObject({ code: 1, right: 6 });
    expect(result.faults.map(({ kind, rule }) => [kind, rule])).toEqual([
      ['missed', 'betrace-probe-failed'],
      ['missed', 'betrace-probe-unaudited'],
    ]);
  });

  it('misses the verdicts of a partition that is stuck, and no others', async () => {
    turnOn('stuck-partition');
    const result = await round(...patience, '--traces', '40');
    expect([result.code, kinds(result)]).toEqual([1, ['missed']]);
    expect(new Set(result.faults.map(({ trace }) => partitionOf(Buffer.from(trace, 'hex'), PARTITIONS)))).toEqual(new Set([0]));
    expect(result.right).toBeGreaterThan(0);
  });

  it('reports violations that exist twice', async () => {
    turnOn('doubled-violation');
    const result = await round();
    expect([result.code, result.right, kinds(result)]).toEqual([1, 0, ['double']]);
  });

  it('reports violations that name another span than their witness', async () => {
    turnOn('wrong-span');
    const { code, sent, due, right, faults } = await round();
    expect({ code, sent, due, right }).toEqual({ code: 1, sent: 8, due: 8, right: 0 });
    const rules = ['betrace-probe-failed', 'betrace-probe-unaudited'];
    const wrong = (rule: string) => ({
      kind: 'wrong',
      rule,
      trace: expect.stringMatching(/^[0-9a-f]{32}$/),
      span: 'ffffffffffffffff',
      witness: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(faults).toEqual([1, 2, 3, 4].flatMap(() => rules.map(wrong)));
    // Both rules are violated by the charge.
    expect(new Set(faults.map(({ witness }) => witness)).size).toBe(4);
    const { out } = await probe('--traces', '2', '--linger', '0s');
    expect(out).toMatch(/^wrong {3}betrace-probe-failed {2}trace [0-9a-f]{32} {2}span f{16} instead of [0-9a-f]{16}$/m);
  });

  it('reports verdicts that are the opposite of the right ones', async () => {
    turnOn('wrong-verdict');
    // The fault begins with the next set of rules, and ends with the one after.
    const another = { id: 'another', name: 'another', expression: 'span.name == "another"', severity: 'LOW', enabled: true };
    const created = await fetch(`${betrace.url}/v1/rules`, { method: 'POST', headers, body: JSON.stringify(another) });
    expect(created.status).toBe(201);
    const result = await round(...patience);
    turnOff('wrong-verdict');
    expect((await fetch(`${betrace.url}/v1/rules/another`, { method: 'DELETE', headers })).ok).toBe(true);
    expect(result.code).toBe(1);
    const of = (wanted: string) => result.faults.filter(({ kind }) => kind === wanted).map(({ rule }) => rule);
    expect(of('missed')).toEqual(Array(4).fill('betrace-probe-unaudited'));
    // Where betrace-probe-failed is violated, it is by another span.
    expect(of('wrong').sort()).toEqual([...Array(8).fill('betrace-probe-failed'), ...Array(4).fill('betrace-probe-unaudited')]);
    expect(await round()).toMatchObject({ code: 0, faults: [] });
  });

  it('reports late verdicts', async () => {
    turnOn('late-verdict');
    const result = await round('--late', '1s');
    expect([result.code, result.right, kinds(result)]).toEqual([1, 0, ['late']]);
  });

  it('reports each fault of verdicts that are doubled, about another span and late', async () => {
    for (const fault of ['doubled-violation', 'wrong-span', 'late-verdict'] as const) turnOn(fault);
    const { code, due, right, faults } = await round('--late', '1s', '--traces', '2');
    expect({ code, due, right }).toEqual({ code: 1, due: 2, right: 0 });
    const rules = ['betrace-probe-failed', 'betrace-probe-unaudited'];
    expect(faults.map(({ kind, rule }) => [rule, kind])).toEqual(
      rules.flatMap((rule) => ['wrong', 'double', 'late'].map((kind) => [rule, kind])),
    );
    const told = await probe('--late', '1s', '--traces', '2', '--linger', '1s');
    expect(told).toMatchObject({ code: 1, err: '' });
    const lines = told.out.trim().split('\n');
    expect(lines.map((line) => line.split(' ', 1)[0])).toEqual(['faulty', 'wrong', 'double', 'late', 'wrong', 'double', 'late']);
  });

  // The command of docs/operations/probe.md, with shorter times.
  it('continues with metrics while the server is unavailable', async () => {
    const args = ['probe', '--every', '100ms', '--listen', '0', '--traces', '2', '--timeout', '1s', '--linger', '0s'];
    running = spawn(process.execPath, [main, ...args], { env: env(), stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    running.stderr?.on('data', (chunk: Buffer) => (told += chunk.toString()));
    const address = await eventually('the address', async () => /metrics at (\S+)/.exec(told)?.[1], 60_000);
    const metric = async (name: string): Promise<number> => {
      const text = await (await fetch(address)).text();
      return Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${name} `))
          ?.split(' ')
          .at(-1),
      );
    };
    await eventually('a round', async () => ((await metric('betrace_probe_rounds_total{result="right"}')) > 0 ? true : undefined), 60_000);
    expect(await metric('betrace_probe_verdicts_total{outcome="wrong"}')).toBe(0);
    expect(await metric('betrace_probe_last_right_timestamp_seconds')).toBeGreaterThan(Date.now() / 1_000 - 30);
    turnOn('wrong-span');
    turnOn('doubled-violation');
    for (const outcome of ['wrong', 'double'])
      await eventually(
        'a fault',
        async () => ((await metric(`betrace_probe_verdicts_total{outcome="${outcome}"}`)) > 0 ? true : undefined),
        60_000,
      );
    await betrace.kill();
    await eventually(
      'a failure',
      async () => ((await metric('betrace_probe_rounds_total{result="failed"}')) > 0 ? true : undefined),
      60_000,
    );
    expect(running.exitCode).toBeNull();
  });

  it('reports wrong options, and a server that does not answer', async () => {
    expect(await probe('--traces', '1')).toMatchObject({ code: 2, err: expect.stringContaining('--traces is a number from 2') });
    expect(await probe('--late', 'soon')).toMatchObject({ code: 2, err: expect.stringContaining('--late is a duration') });
    expect(await probe('--listen', '9300')).toMatchObject({ code: 2, err: expect.stringContaining('--every') });
    expect(await probe('--url', 'http://127.0.0.1:1')).toMatchObject({ code: 2, err: expect.stringContaining('does not answer') });
  });
});
