import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Profile } from 'pprof-format';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';

const KEY = 'the key of the operator';
const HAS_GO = spawnSync('go', ['version']).status === 0;

interface Reading {
  /** The sum of the values by function and by thread. */
  readonly functions: ReadonlyMap<string, number>;
  readonly threads: ReadonlyMap<string, number>;
  readonly types: readonly string[];
  readonly comments: readonly string[];
}

function read(bytes: Uint8Array): Reading {
  const profile = Profile.decode(gunzipSync(bytes));
  const text = (index: unknown): string => profile.stringTable.strings[Number(index)]!;
  const callees = new Map(profile.function.map((one) => [Number(one.id), text(one.name)]));
  const named = new Map(profile.location.map((one) => [Number(one.id), callees.get(Number(one.line[0]!.functionId))!]));
  const [functions, threads] = [new Map<string, number>(), new Map<string, number>()];
  const add = (to: Map<string, number>, key: string, value: number) => to.set(key, (to.get(key) ?? 0) + value);
  for (const { locationId, value, label } of profile.sample) {
    for (const name of new Set(locationId.map((id) => named.get(Number(id))!))) add(functions, name, Number(value[0]));
    add(threads, text(label[0]!.str), Number(value[0]));
  }
  return { functions, threads, types: profile.sampleType.map(({ type }) => text(type)), comments: profile.comment.map(text) };
}

describe('profiles of a running server', () => {
  let betrace: BeTrace;
  let load: { readonly end: () => Promise<void> };
  const folder = mkdtempSync(join(tmpdir(), 'betrace-profile-'));
  const headers = { 'x-api-key': KEY };
  const get = (path: string, options: RequestInit = {}) => fetch(`${betrace.url}/debug/pprof/${path}`, { headers, ...options });
  const bytesOf = async (path: string): Promise<Buffer> => {
    const answer = await get(path);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
    return Buffer.from(await answer.arrayBuffer());
  };
  const refusal = async (answer: Response) => ({ status: answer.status, code: ((await answer.json()) as { code: string }).code });

  beforeAll(async () => {
    betrace = await BeTrace.start({ env: { BETRACE_API_KEY: KEY, BETRACE_SHUTDOWN_TIMEOUT: '90s' } });
    let ended = false;
    let sent = 0;
    const body = () => {
      // New traces, which the evaluators keep.
      const spans = Array.from({ length: 500 }, () => ({ trace_id: `t${++sent}`, span_id: 's', name: 'bad', start_time: 0, duration: 1 }));
      return JSON.stringify({ spans });
    };
    const sending = (async () => {
      const type = { ...headers, 'content-type': 'application/json' };
      while (!ended) await (await fetch(`${betrace.url}/v1/spans`, { method: 'POST', headers: type, body: body() })).text();
    })();
    load = {
      end: async () => {
        ended = true;
        await sending;
      },
    };
  });
  afterAll(async () => {
    await load?.end();
    await betrace?.stop();
    rmSync(folder, { recursive: true });
  });

  const readByGo = (bytes: Buffer): string => {
    const file = join(folder, 'profile.pb.gz');
    writeFileSync(file, bytes);
    const { stdout, stderr, status } = spawnSync('go', ['tool', 'pprof', '-top', '-nodecount=20', file], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('error')]);
    return stdout;
  };

  it('show time by function and by thread, and go tool pprof reads them', async () => {
    const began = performance.now();
    const bytes = await bytesOf('profile?seconds=2');
    expect(performance.now() - began).toBeGreaterThanOrEqual(2_000);
    const { functions, threads, types, comments } = read(bytes);
    expect([types, comments]).toEqual([['cpu'], []]);
    expect(threads.get('main')).toBeGreaterThan(0);
    expect([...threads.keys()].some((name) => name.startsWith('evaluator'))).toBe(true);
    expect([...functions.keys()]).not.toContain('(idle)');
    // No thread has more time than passed.
    for (const spent of threads.values()) expect(spent).toBeLessThan((performance.now() - began) * 1e6);
    if (HAS_GO) expect(readByGo(bytes)).toMatch(/Type: cpu[\s\S]*flat%/);
  });

  it('show memory by function', async () => {
    const bytes = await bytesOf('heap?seconds=2');
    const { functions, threads, types, comments } = read(bytes);
    expect([types, comments]).toEqual([['inuse_space'], []]);
    // Right after a garbage collection only one thread may have memory in use.
    expect(Math.max(...threads.values())).toBeGreaterThan(32 * 1024);
    expect(functions.size).toBeGreaterThan(5);
    if (HAS_GO) expect(readByGo(bytes)).toMatch(/Type: inuse_space[\s\S]*flat%/);
  });

  it('are recorded one at a time, and end when their client leaves', async () => {
    const gone = new AbortController();
    const first = get('profile?seconds=300', { signal: gone.signal });
    first.catch(() => undefined);
    const refused = await eventually('a refusal', async () => {
      const answer = await get('heap?seconds=1');
      return answer.status === 429 ? answer : undefined;
    });
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await refusal(refused)).toEqual({ status: 429, code: 'BT_HTTP_PROFILE_UNDER_WAY' });
    gone.abort();
    await eventually('the next profile', async () => ((await get('heap?seconds=1')).ok ? true : undefined));
  });

  it.each(['0', '301', '-1', '1.5', '1e2', 'NaN', '', '5&seconds=6', '99999999999'])('are refused for seconds=%s', async (seconds) => {
    for (const path of ['profile', 'heap'])
      expect(await refusal(await get(`${path}?seconds=${seconds}`))).toEqual({ status: 400, code: 'BT_HTTP_INVALID' });
  });

  it('require the scope `admin`', async () => {
    for (const path of ['profile', 'heap']) expect((await fetch(`${betrace.url}/debug/pprof/${path}`)).status).toBe(401);
  });

  it('do not delay a stop', async () => {
    await load.end();
    const open = get('profile?seconds=300');
    await eventually('a refusal', async () => ((await get('heap?seconds=1')).status === 429 ? true : undefined));
    const began = performance.now();
    await betrace.stop();
    expect(await refusal(await open)).toEqual({ status: 503, code: 'BT_HTTP_UNAVAILABLE' });
    // The profile would take 300 s, and its stop 90 s.
    expect(performance.now() - began).toBeLessThan(60_000);
  });
});
