import { afterEach, describe, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';

describe('lines of the log about violations', () => {
  let betrace: BeTrace | undefined;
  afterEach(() => betrace?.stop());

  const start = async (env: Readonly<Record<string, string>>) => {
    betrace = await BeTrace.start({ args: ['--test-mode'], env: { LOG_FORMAT: 'json', ...env } });
    const rule = { name: 'Slow', expression: 'span.duration > 1s', severity: 'CRITICAL', enabled: true };
    expect((await betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
  };
  const send = async (first: number, count: number) => {
    const span = (n: number) => ({ trace_id: `t${n}`, span_id: 'a', name: 'pay', service: 'shop', start_time: 1, end_time: 2_000_000_001 });
    await betrace!.json('POST', '/v1/spans', { spans: Array.from({ length: count }, (_, at) => span(first + at)) });
    expect((await betrace!.json('GET', '/v1/violations?settled=true&limit=1')).status).toBe(200);
  };
  const parsed = () =>
    betrace!
      .logs()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const lines = () => parsed().filter((line) => line['betrace_violation_severity'] === 'CRITICAL');

  it('are written, one for each stored violation, up to the limit per second', async () => {
    await start({ BETRACE_LOG_VIOLATIONS_PER_SECOND: '5' });
    await send(0, 3);
    const written = await eventually('the lines', async () => (lines().length === 3 ? lines() : undefined));
    expect(new Set(written.map((line) => line['trace_id']))).toEqual(new Set(['t0', 't1', 't2']));
    expect(written[0]).toMatchObject({ level: 'info', msg: 'violation', betrace_violation_rule_id: 'slow' });
    await send(100, 500);
    const total = () => lines().length + parsed().reduce((sum, line) => sum + Number(line['violations'] ?? 0), 0);
    await eventually('what is left out', async () => (total() === 503 ? true : undefined));
    expect(lines().length).toBeLessThan(250);
  });

  it('are not written at a limit of 0', async () => {
    await start({ BETRACE_LOG_VIOLATIONS_PER_SECOND: '0' });
    await send(0, 3);
    await betrace!.stop();
    expect(betrace!.logs()).toContain('stopped');
    expect(betrace!.logs()).not.toContain('betrace_violation');
  });
});
