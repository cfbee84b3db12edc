import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';

const RULE = 'trace.has(span.name == "order") and not trace.has(span.name == "pay")';

/** A rule is edited while traces are open, or can still change: each is judged by the version under which it opened. */
describe('an edit of a rule', () => {
  let betrace: BeTrace;
  beforeAll(async () => {
    const env = { BETRACE_TRACE_ROOT_GRACE: '200ms', BETRACE_TRACE_IDLE_TIMEOUT: '1s', BETRACE_TRACE_LATE_WINDOW: '60s' };
    betrace = await BeTrace.start({ env });
  });
  afterAll(() => betrace?.stop());

  const trace = (n: number) => `${n}`.padStart(32, '7');
  const send = async (n: number, name: string, more: object = {}) => {
    const span = {
      trace_id: trace(n),
      span_id: name === 'order' ? '00000000000000a1' : '00000000000000a2',
      name,
      service: 'shop',
      start_time: 1_699_000_000_000_000_000,
      duration: 1_000,
    };
    expect((await betrace.json('POST', '/v1/spans', { spans: [{ ...span, ...more }] })).status).toBe(202);
  };
  const save = (id: string) => betrace.json('POST', '/v1/rules', { id, name: id, expression: RULE, severity: 'HIGH' });
  const settle = () => betrace.json('POST', '/v1/settle?timeout=60s');
  const standing = async (n: number) => {
    const { body } = await betrace.json<{ violations: { rule_id: string; metadata: object }[] }>(
      'GET',
      `/v1/violations?trace_id=${trace(n)}&status=open&limit=100`,
    );
    return body.violations.map(({ rule_id }) => rule_id).sort();
  };

  it('leaves no open trace unjudged, and lets late spans retract violations', async () => {
    const edits: Readonly<Record<string, () => Promise<unknown>>> = {
      unedited: async () => undefined,
      description: () => betrace.json('PATCH', '/v1/rules/description', { description: 'a typo is corrected' }),
      severity: () => betrace.json('PATCH', '/v1/rules/severity', { severity: 'LOW' }),
      expression: () => betrace.json('PATCH', '/v1/rules/expression', { expression: 'trace.has(span.name == "refund")' }),
    };
    const rules = Object.keys(edits).sort();
    for (const rule of rules) expect((await save(rule)).status).toBe(201);
    await send(1, 'order');
    expect((await settle()).status).toBeLessThan(300);
    expect(await standing(1)).toEqual(rules);
    // Its parent has not come: it stays open for a second.
    await send(2, 'order', { parent_span_id: '00000000000000ff' });
    for (const edit of Object.values(edits)) await edit();
    expect((await settle()).status).toBeLessThan(300);
    expect(await standing(2)).toEqual(rules);
    await send(1, 'pay', { parent_span_id: '00000000000000a1' });
    expect((await settle()).status).toBeLessThan(300);
    expect(await standing(1)).toEqual([]);
  });
});
