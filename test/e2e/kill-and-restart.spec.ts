import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';

interface Violations {
  readonly violations: readonly { readonly rule_id: string; readonly trace_id: string; readonly span_id: string }[];
  readonly total: number;
}

const TRACE_SETTINGS = {
  BETRACE_TRACE_ROOT_GRACE: '300ms',
  BETRACE_TRACE_IDLE_TIMEOUT: '600ms',
};

/** Invariants 1, 3 and 4: acknowledged spans are judged once, whatever happens to the process. */
describe('kill -9 and a restart', () => {
  let folder: Awaited<ReturnType<typeof storageFolder>>;
  let betrace: BeTrace;
  const start = async () => {
    betrace = await BeTrace.start({ env: { BETRACE_STORAGE_PATH: folder.path, ...TRACE_SETTINGS } });
  };

  beforeEach(async () => {
    folder = await storageFolder();
    await start();
    const rules = [
      { name: 'slow', expression: 'span.duration > 1s', severity: 'HIGH' },
      { name: 'unaudited', expression: 'trace.has(span.name == "charge") and not trace.has(span.name == "audit")', severity: 'CRITICAL' },
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
  const slow = (n: number) => ({ trace_id: `slow-${n}`, span_id: `s-${n}`, name: 'request', start_time: 0, duration: 2_000_000_000 });
  const charge = (n: number) => ({ trace_id: `charge-${n}`, span_id: `c-${n}`, name: 'charge', start_time: 0, duration: 1_000 });
  const list = async () => (await betrace.json<Violations>('GET', '/v1/violations?limit=1000')).body;
  /** Nothing more comes: all that was accepted is judged, and its violations are stored. */
  const settled = async () => expect((await betrace.json('POST', '/v1/settle?timeout=60s')).status).toBe(204);
  const keys = ({ violations }: Violations) => violations.map(({ rule_id, trace_id }) => `${rule_id} ${trace_id}`).sort();
  const expected = (slows: number, charges: number) =>
    [
      ...Array.from({ length: slows }, (_, n) => `slow slow-${n}`),
      ...Array.from({ length: charges }, (_, n) => `unaudited charge-${n}`),
    ].sort();

  it('judges spans acknowledged just before the kill', async () => {
    await send(...Array.from({ length: 50 }, (_, n) => slow(n)), ...Array.from({ length: 50 }, (_, n) => charge(n)));
    await betrace.kill();
    await start();
    await eventually('all violations', async () => ((await list()).total >= 100 ? true : undefined));
    await settled();
    expect(keys(await list())).toEqual(expected(50, 50));
  });

  it('loses and doubles nothing over several kills during work', async () => {
    let n = 0;
    for (let life = 0; life < 3; life++) {
      for (let request = 0; request < 20; request++, n++) await send(slow(n), charge(n));
      await betrace.kill();
      await start();
    }
    await eventually('all violations', async () => ((await list()).total >= 120 ? true : undefined), 60_000);
    await settled();
    expect(keys(await list())).toEqual(expected(60, 60));
  });

  it('judges a trace as a whole whose spans came before and after the kill', async () => {
    await send(charge(0), charge(1));
    await betrace.kill();
    await start();
    await send({ trace_id: 'charge-0', span_id: 'a-0', parent_id: 'c-0', name: 'audit', start_time: 0, duration: 1_000 });
    const onlyTheOther = async () => keys(await list()).join() === 'unaudited charge-1';
    await eventually('the verdicts', async () => ((await onlyTheOther()) ? true : undefined));
    await settled();
    expect(keys(await list())).toEqual(['unaudited charge-1']);
  });

  it('keeps rules and violations, and continues by the same rules', async () => {
    await send(slow(0));
    await eventually('the violation', async () => ((await list()).total === 1 ? true : undefined));
    const before = (await list()).violations;
    const rules = (await betrace.json('GET', '/v1/rules')).body;
    await betrace.kill();
    await start();
    expect((await betrace.json('GET', '/v1/rules')).body).toEqual(rules);
    expect((await list()).violations).toEqual(before);
    await send(slow(1));
    await eventually('the next violation', async () => ((await list()).total === 2 ? true : undefined));
  });

  it('stops in order, and starts again with the same state', async () => {
    await send(...Array.from({ length: 20 }, (_, n) => slow(n)));
    expect(await betrace.stop()).toBe(0);
    expect(betrace.logs()).not.toContain('"level":"error"');
    await start();
    await eventually('all violations', async () => ((await list()).total >= 20 ? true : undefined));
    expect(keys(await list())).toEqual(expected(20, 0));
  });
});
