import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';
import { entryOf } from '../harness/entry.js';
import { eventually } from '../harness/eventually.js';

const main = entryOf('cli');
const RULES = `rules:
  - id: slow
    name: Slow span
    expression: span.duration > 1s
    severity: HIGH
  - id: unaudited
    name: Payment without audit
    expression: trace.has(span.name == "pay") and not trace.has(span.name == "audit")
    severity: CRITICAL
`;

describe('betrace backtest', () => {
  const folder = mkdtempSync(join(tmpdir(), 'betrace-backtest-'));
  const rules = join(folder, 'rules.yaml');
  let betrace: BeTrace;
  beforeAll(async () => {
    writeFileSync(rules, RULES);
    betrace = await BeTrace.start({ env: { BETRACE_TRACE_IDLE_TIMEOUT: '300ms', BETRACE_PREVIEW_LOAD: '1' } });
    await betrace.json('POST', '/v1/rules', { name: 'slow', expression: 'span.duration > 3s' });
    const span = { span_id: 'a', name: 'pay', service: 'shop', start_time: 1 };
    const trace = (n: number, name: string, seconds: number) => ({ ...span, trace_id: `t${n}`, name, duration: seconds * 1e9 });
    await betrace.json('POST', '/v1/spans', { spans: [trace(1, 'pay', 2), trace(2, 'pay', 5), trace(3, 'odd \u001b[2J', 2)] });
    await betrace.json('POST', '/v1/spans', { spans: [{ ...trace(1, 'audit', 0), span_id: 'b', parent_id: 'a' }] });
    await eventually('the traces are closed', async () => {
      const { out } = await cli('backtest', rules, '--rule', 'unaudited', '--output', 'json');
      return JSON.parse(out).backtests[0].result.limits.open_traces === 0 ? true : undefined;
    });
  });
  afterAll(async () => {
    await betrace?.kill();
    rmSync(folder, { recursive: true });
  });

  const started = (...args: readonly string[]): ChildProcess =>
    spawn(process.execPath, [main, ...args], { env: { PATH: process.env['PATH'], BETRACE_URL: betrace.url } });
  const cli = async (...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> => {
    const child = started(...args);
    const said = { out: '', err: '' };
    child.stdout?.on('data', (chunk) => (said.out += chunk));
    child.stderr?.on('data', (chunk) => (said.err += chunk));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, ...said };
  };

  it('says how many traces each rule matches, and which', async () => {
    const { code, out, err } = await cli('backtest', rules, '--since', '1h');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^slow: 3 of 3 traces \(100 %\), 3 violations\n/);
    expect(out).toMatch(/\nunaudited: 1 of 3 traces \(33\.3 %\), 1 violation\n(.*\n){1,2}.* t2 shop: Payment without audit: /);
    // Escape sequences in a name are shown, not executed.
    expect(out).not.toContain('\u001b[2J');
  });

  it("shows the difference to the server's rule, if there is one", async () => {
    const { code, out } = await cli('backtest', rules, '--compare', '--output', 'json');
    const { backtests } = JSON.parse(out);
    expect({ code, rules: backtests.map(({ rule }: { rule: string }) => rule) }).toEqual({ code: 0, rules: ['slow', 'unaudited'] });
    expect(backtests[0].result.comparison).toMatchObject({ only_new: 2, only_old: 0, both: 1 });
    expect(backtests[1].result).not.toHaveProperty('comparison');
  });

  it('compares a rule of the server with another', async () => {
    await betrace.json('POST', '/v1/rules', { name: 'candidate', expression: 'span.duration > 1s and span.duration < 4s', mode: 'shadow' });
    const { out } = await cli('backtest', '--id', 'candidate', '--against', 'slow', '--samples', '1');
    expect(out).toMatch(
      /^candidate: 2 of 3 traces.*\n.*\n {2}only new 2, only old 1, both 0\n {2}only new: .*\n {2}only old: .* t2 shop: slow: /,
    );
  });

  it('is a test for a pipeline', async () => {
    const { code, out } = await cli('backtest', rules, '--output', 'junit', '--max-matches', '1');
    expect(code).toBe(1);
    expect(out).toContain('<testsuites name="betrace backtest" tests="2" failures="1"');
    expect(out).toContain('<failure type="matches" message="the rule matches 3 traces; 1 are allowed">');
    expect((await cli('backtest', rules, '--max-matches', '3')).code).toBe(0);
  });

  it.each([
    [['-e', 'span.durations > 1s'], 'has no field'],
    [['-e', 'span.duration > 1s', '--since', 'yesterday'], '--since is neither a time nor a duration'],
    [['-e', 'span.duration > 1s', '--samples', 'x'], '--samples is not a whole number'],
    [['-e', 'span.duration > 1s', '--output', 'xml'], '--output is text, json or junit'],
    [['-e', 'span.duration > 1s', '--against', 'nothing'], 'There is no rule nothing'],
    [[], 'name rule files'],
  ])('refuses %j', async (args, message) => {
    const { code, out, err } = await cli('backtest', ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });

  it('ends the preview on the server when it is interrupted', async () => {
    const spans = Array.from({ length: 500 }, (_, n) => ({ trace_id: `s${n}`, name: 's', start_time: 1, duration: n }));
    for (let n = 0; n < 60; n++) await betrace.json('POST', '/v1/spans', { spans: spans.map((span) => ({ ...span, span_id: `s${n}` })) });
    const child = started('backtest', rules);
    const previews = async () => (await betrace.json<{ previews: readonly { state: string }[] }>('GET', '/v1/previews')).body.previews;
    await eventually('the preview runs', async () => ((await previews()).some(({ state }) => state === 'running') ? true : undefined));
    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number | null];
    expect({ code, previews: await previews() }).toEqual({ code: 2, previews: [] });
  });
});
