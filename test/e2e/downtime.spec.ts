import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';

interface Violation {
  readonly trace_id: string;
  readonly rule_id: string;
  readonly status: string;
  readonly complete: boolean;
}

/** A trace closes after 5 s of silence, and is forgotten after 8 s: on a busy machine a start or a request may take seconds. */
const TRACE_SETTINGS = {
  BETRACE_TRACE_ROOT_GRACE: '5s',
  BETRACE_TRACE_IDLE_TIMEOUT: '6s',
  BETRACE_TRACE_LATE_WINDOW: '2s',
};
const LONGER = 10_000;

/** BeTrace's own downtime does not count as silence of a trace (docs/decisions/0019). */
describe('a downtime longer than any trace is remembered', () => {
  let folder: Awaited<ReturnType<typeof storageFolder>>;
  let betrace: BeTrace;
  const start = async () => {
    betrace = await BeTrace.start({ env: { BETRACE_STORAGE_PATH: folder.path, ...TRACE_SETTINGS } });
  };

  beforeEach(async () => {
    folder = await storageFolder();
    await start();
    const rules = [
      { name: 'unaudited', expression: 'trace.has(span.name == "charge") and not trace.has(span.name == "audit")', severity: 'CRITICAL' },
      { name: 'pair', expression: 'trace.has(span.name == "charge") and trace.has(span.name == "refund")', severity: 'HIGH' },
    ];
    for (const rule of rules) expect((await betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
  });
  afterEach(async () => {
    await betrace?.kill();
    await folder.remove();
  });

  const send = async (...spans: readonly Record<string, unknown>[]) => {
    const { status } = await betrace.json('POST', '/v1/spans', { spans });
    expect(status).toBe(202);
  };
  const span = (trace: string, name: string) => ({
    trace_id: trace,
    span_id: `${trace}-${name}`,
    ...(name === 'charge' ? {} : { parent_id: `${trace}-charge` }),
    name,
    start_time: 0,
    duration: 1_000,
  });
  const violations = async (query = '') =>
    (await betrace.json<{ violations: Violation[] }>('GET', `/v1/violations?limit=1000&view=full${query}`)).body.violations;

  it.each([
    [
      'kill -9',
      async () => {
        await betrace.kill();
        await new Promise((done) => setTimeout(done, LONGER));
        await start();
      },
    ],
    [
      'an orderly restart',
      async () => {
        await betrace.stop();
        await new Promise((done) => setTimeout(done, LONGER));
        await start();
      },
    ],
    [
      'SIGSTOP',
      async () => {
        betrace.process.kill('SIGSTOP');
        await new Promise((done) => setTimeout(done, LONGER + 2_000));
        betrace.process.kill('SIGCONT');
      },
    ],
  ])(
    'raises no false alarm and misses nothing: %s',
    async (_how, downtime) => {
      const traces = Array.from({ length: 8 }, (_, n) => `t${n}`);
      await send(...traces.map((trace) => span(trace, 'charge')));
      await downtime();
      await send(...traces.slice(0, 4).map((trace) => span(trace, 'audit')), ...traces.slice(2, 6).map((trace) => span(trace, 'refund')));
      const standing = async () => (await violations('&status=open')).map(({ trace_id, rule_id }) => `${rule_id} ${trace_id}`).sort();
      const expected = [...['t2', 't3', 't4', 't5'].map((t) => `pair ${t}`), ...['t4', 't5', 't6', 't7'].map((t) => `unaudited ${t}`)];
      await eventually('the verdicts', async () => ((await standing()).join() === expected.join() ? true : undefined), 60_000);
      expect((await betrace.json('POST', '/v1/settle?timeout=60s')).status).toBe(204);
      expect(await standing()).toEqual(expected);
      // Verdicts after the downtime state that the trace straddles it.
      expect((await violations()).filter(({ status, complete }) => status === 'open' && complete)).toEqual([]);
    },
    300_000,
  );
});
