import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';

interface Groups {
  readonly groups: readonly { readonly id: string; readonly rule_id: string }[];
}

interface Differences {
  readonly violating_traces: number;
  readonly other_traces: number;
  readonly differences: readonly { readonly condition: string; readonly violating: number; readonly other: number }[];
}

describe('what is different in the traces of a group', () => {
  let betrace: BeTrace;
  beforeAll(async () => {
    betrace = await BeTrace.start();
  });
  afterAll(() => betrace?.kill());

  it('is found among judged traces, and its condition as a rule finds these traces', async () => {
    await betrace.json('POST', '/v1/rules', { name: 'slow', expression: 'span.name == "charge" and span.duration > 1s' });
    const span = (n: number, more: object) => ({
      trace_id: `t${n}`,
      span_id: `s${n}`,
      name: 'charge',
      service: 'payments',
      start_time: '1699000000000000000',
      ...more,
    });
    // 30 of 90 traces are slow, all of the new version, half of whose traces are fast.
    for (let n = 0; n < 90; n++) {
      const resource = { 'service.version': n % 3 === 2 ? '1.0' : '2.0', 'host.name': `h-${n % 5}` };
      const spans = [span(n, { resource, duration: n % 3 === 0 ? 2_000_000_000 : 1_000, attributes: { 'order.id': `o-${n}` } })];
      expect((await betrace.json('POST', '/v1/spans', { spans })).status).toBeLessThan(300);
    }
    expect((await betrace.json('POST', '/v1/settle?timeout=60s')).status).toBe(204);
    const { groups } = (await betrace.json<Groups>('GET', '/v1/violations/groups')).body;
    const { body } = await betrace.json<Differences>('GET', `/v1/violations/groups/${groups[0]!.id}/differences`);
    expect(body).toMatchObject({
      violating_traces: 30,
      other_traces: 60,
      differences: [{ condition: 'span.resource["service.version"] == "2.0"', violating: 30, other: 30 }],
    });
    const test = { expression: body.differences[0]!.condition, trace_id: 't0' };
    expect((await betrace.json('POST', '/v1/rules/test', test)).body).toMatchObject({ matches: true });
  });
});
