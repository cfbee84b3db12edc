import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';
import { entryOf } from '../harness/entry.js';
import { eventually } from '../harness/eventually.js';

const main = entryOf('cli');

/** A fault of a proxy between the probe and the server. */
interface Fault {
  /** The request to forward instead of one with spans, and the delay in ms; undefined: none. */
  readonly spans?: (body: string) => { readonly body: string; readonly after: number } | undefined;
  /** Changes an answer of the list. */
  readonly list?: (answer: { violations: { id: string }[] }) => void;
}

interface Round {
  readonly sent: number;
  readonly due: number;
  readonly right: number;
  readonly faults: readonly { readonly kind: string; readonly rule: string; readonly trace: string }[];
}

describe('betrace probe', () => {
  let betrace: BeTrace;
  let between: Server;
  let url: string;
  let fault: Fault = {};
  let running: ChildProcess | undefined;

  beforeAll(async () => {
    betrace = await BeTrace.start({ args: ['--test-mode'], env: { BETRACE_API_KEY: 'the key' } });
    between = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        void pass(request.method ?? '', request.url ?? '', request.headers as Record<string, string>, body).then(({ status, text }) =>
          response.writeHead(status, { 'content-type': 'application/json' }).end(text),
        );
      });
    });
    await new Promise<void>((done) => between.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(between.address() as AddressInfo).port}`;
  }, 120_000);
  afterEach(() => {
    running?.kill('SIGKILL');
    running = undefined;
    fault = {};
  });
  afterAll(async () => {
    between?.close();
    await betrace?.stop();
  });

  async function pass(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string,
  ): Promise<{ status: number; text: string }> {
    const send = async (sent: string) => {
      const { 'x-api-key': key = '', 'content-type': type = 'application/json' } = headers;
      return fetch(betrace.url + path, {
        method,
        headers: { 'x-api-key': key, 'content-type': type },
        ...(method === 'GET' ? {} : { body: sent }),
      });
    };
    if (path === '/v1/traces' && fault.spans !== undefined) {
      const instead = fault.spans(body);
      if (instead !== undefined) setTimeout(() => void send(instead.body), instead.after);
      return { status: 200, text: '{}' };
    }
    const answer = await send(body);
    const text = await answer.text();
    if (!path.startsWith('/v1/violations') || fault.list === undefined) return { status: answer.status, text };
    const list = JSON.parse(text) as { violations: { id: string }[] };
    fault.list(list);
    return { status: answer.status, text: JSON.stringify(list) };
  }

  const env = () => ({ PATH: process.env['PATH'], BETRACE_URL: url, BETRACE_API_KEY: 'the key' });
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

  it('finds every verdict right where nothing is wrong, and makes no new version of its rules', async () => {
    for (let n = 0; n < 2; n++) expect(await round()).toMatchObject({ code: 0, sent: 8, due: 8, right: 8, faults: [] });
    const { code, out } = await probe('--traces', '4', '--linger', '0s');
    expect([code, out]).toEqual([0, expect.stringMatching(/^right {2}4 of 4 verdicts on 4 traces, the slowest after \d+\.\d s\n$/)]);
    const rule = await fetch(`${betrace.url}/v1/rules/betrace-probe-unaudited`, { headers: { 'x-api-key': 'the key' } });
    expect(await rule.json()).toMatchObject({ version: 1, tags: ['betrace-probe'] });
  }, 60_000);

  it('misses the verdicts on spans that were acknowledged and dropped', async () => {
    let n = 0;
    fault = { spans: (body) => (n++ === 0 ? undefined : { body, after: 0 }) };
    const result = await round('--timeout', '3s');
    expect(result).toMatchObject({ code: 1, right: 6 });
    expect(result.faults.map(({ kind, rule }) => [kind, rule])).toEqual([
      ['missed', 'betrace-probe-failed'],
      ['missed', 'betrace-probe-unaudited'],
    ]);
  }, 60_000);

  it('misses all verdicts while nothing is judged or told', async () => {
    fault = { list: (list) => list.violations.splice(0) };
    const result = await round('--timeout', '1s');
    expect([result.code, result.right, kinds(result)]).toEqual([1, 0, ['missed']]);
  }, 60_000);

  it('tells violations that are there twice', async () => {
    fault = {
      list: (list) => list.violations.push(...list.violations.map((violation) => ({ ...violation, id: `${violation.id}-again` }))),
    };
    const result = await round();
    expect([result.code, result.right, kinds(result)]).toEqual([1, 0, ['double']]);
  }, 60_000);

  it('tells violations of traces that break nothing', async () => {
    fault = { spans: (body) => ({ body: body.replace('betrace.probe.audit', 'betrace.probe.nothing'), after: 0 }) };
    const result = await round();
    expect(result).toMatchObject({ code: 1, right: 8 });
    expect(result.faults.map(({ kind, rule }) => [kind, rule])).toEqual(Array(4).fill(['wrong', 'betrace-probe-unaudited']));
  }, 60_000);

  it('tells verdicts that come late', async () => {
    fault = { spans: (body) => ({ body, after: 2_000 }) };
    const result = await round('--late', '1s');
    expect([result.code, result.right, kinds(result)]).toEqual([1, 0, ['late']]);
  }, 60_000);

  // The command of docs/operations/probe.md, with shorter times.
  it('goes on, with metrics, also while the server cannot be asked', async () => {
    const args = ['probe', '--every', '100ms', '--listen', '0', '--traces', '2', '--timeout', '1s', '--linger', '0s'];
    running = spawn(process.execPath, [main, ...args], { env: env(), stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    running.stderr?.on('data', (chunk: Buffer) => (told += chunk.toString()));
    const address = await eventually('the address', async () => /metrics at (\S+)/.exec(told)?.[1], 30_000);
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
    await eventually('a round', async () => ((await metric('betrace_probe_rounds_total{result="right"}')) > 0 ? true : undefined), 30_000);
    expect(await metric('betrace_probe_verdicts_total{outcome="missed"}')).toBe(0);
    expect(await metric('betrace_probe_last_right_timestamp_seconds')).toBeGreaterThan(Date.now() / 1_000 - 30);
    fault = { list: (list) => list.violations.splice(0) };
    await eventually(
      'a fault',
      async () => ((await metric('betrace_probe_verdicts_total{outcome="missed"}')) > 0 ? true : undefined),
      30_000,
    );
    between.closeAllConnections();
    await new Promise((done) => between.close(done));
    await eventually(
      'a failure',
      async () => ((await metric('betrace_probe_rounds_total{result="failed"}')) > 0 ? true : undefined),
      30_000,
    );
    expect(running.exitCode).toBeNull();
  }, 120_000);

  it('says what is wrong with its options, and that nobody answers', async () => {
    expect(await probe('--traces', '1')).toMatchObject({ code: 2, err: expect.stringContaining('--traces is a number from 2') });
    expect(await probe('--late', 'soon')).toMatchObject({ code: 2, err: expect.stringContaining('--late is a duration') });
    expect(await probe('--listen', '9300')).toMatchObject({ code: 2, err: expect.stringContaining('--every') });
    expect(await probe('--url', 'http://127.0.0.1:1')).toMatchObject({ code: 2, err: expect.stringContaining('does not answer') });
  }, 60_000);
});
