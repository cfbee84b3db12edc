import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { freePorts } from '../harness/free-port.js';

/** The shortest loop: BeTrace's violations are exported to BeTrace itself, as through a collector that sends it everything. */
describe('spans that BeTrace emitted', () => {
  let betrace: BeTrace;
  beforeAll(async () => {
    const [http = 0, grpc = 0] = await freePorts(2);
    betrace = await BeTrace.start({ ports: { http, grpc }, env: { OTEL_EXPORTER_OTLP_ENDPOINT: `127.0.0.1:${grpc}` } });
  });
  afterAll(() => betrace?.stop());

  const metric = async (name: string): Promise<number> => {
    const lines = (await (await fetch(`${betrace.url}/metrics`)).text()).split('\n').filter((line) => line.startsWith(name));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };

  it('are received and never judged, even by rules that every span violates', async () => {
    for (const [name, expression] of [
      ['any-span', 'span.duration >= 0'],
      ['any-trace', 'trace.count(true) > 0'],
      ['own-name', 'span.name == "betrace.violation"'],
    ]) {
      expect((await betrace.json('POST', '/v1/rules', { name, expression, severity: 'LOW' })).status).toBe(201);
    }
    await betrace.json('POST', '/v1/spans', { spans: [{ trace_id: 'loop', span_id: 'a', name: 'x', start_time: 1, end_time: 2 }] });
    await eventually('the return of the violations', async () => ((await metric('betrace_spans_own_total')) >= 2 ? true : undefined));
    // What came back is in the log before the barrier of this, so it would be judged, too.
    expect((await betrace.json('POST', '/v1/settle?timeout=60s')).status).toBe(204);
    const { violations } = (await betrace.json<{ violations: { rule_id: string; span_id: string }[] }>('GET', '/v1/violations')).body;
    expect(violations.map(({ rule_id, span_id }) => `${rule_id} ${span_id}`).sort()).toEqual(['any-span a', 'any-trace a']);
    expect(await metric('betrace_spans_own_total')).toBe(2);
    // Evaluators report their counts at intervals.
    await eventually('the count of evaluated spans', async () => ((await metric('betrace_spans_evaluated_total')) >= 1 ? true : undefined));
    expect(await metric('betrace_spans_evaluated_total')).toBe(1);
  });
});
