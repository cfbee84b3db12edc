import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';

const BATCH = 300;

/** docs/architecture.md: memory is bounded, and nothing is evicted. */
describe('traces that take all their memory', () => {
  let betrace: BeTrace;

  beforeEach(async () => {
    betrace = await BeTrace.start({
      env: {
        BETRACE_TRACE_MEMORY_BUDGET: '10KiB',
        BETRACE_LOG_PARTITIONS: '2',
        BETRACE_TRACE_ROOT_GRACE: '500ms',
        BETRACE_TRACE_IDLE_TIMEOUT: '1s',
        BETRACE_TRACE_LATE_WINDOW: '3s',
      },
    });
  });
  afterEach(() => betrace.kill());

  const rule_engine = async () => (await betrace.json<{ checks: { rule_engine: string } }>('GET', '/ready')).body.checks.rule_engine;

  it('make senders wait until time has passed and the next ones fit; each accepted span is judged', async () => {
    await betrace.json('POST', '/v1/rules', { name: 'unaudited', expression: 'not trace.has(span.name == "audit")', severity: 'HIGH' });
    let sent = 0;
    const send = async () => {
      const spans = Array.from({ length: BATCH }, (_, n) => ({
        trace_id: `trace-${sent}-${n}`,
        span_id: 'c',
        name: 'charge',
        start_time: 0,
        duration: 1_000,
      }));
      const answer = await betrace.json<{ code?: string }>('POST', '/v1/spans', { spans });
      if (answer.status === 202) sent += BATCH;
      return answer;
    };
    const refusal = await eventually('a refusal', async () => {
      const answer = await send();
      // Some seconds later they are forgotten.
      return answer.status === 503 && (await rule_engine()).includes('senders wait') ? answer : undefined;
    });
    expect(refusal.body.code).toBe('BT_INGEST_NO_TRACE_MEMORY');
    expect(refusal.headers.get('retry-after')).toBe('1');
    await eventually('an acceptance', async () => (await send()).status === 202 || undefined);
    await eventually('all violations', async () => {
      const { total } = (await betrace.json<{ total: number }>('GET', '/v1/violations?limit=1&count=exact')).body;
      return total === sent || undefined;
    });
    await eventually('memory', async () => (await rule_engine()) === 'ok' || undefined);
  });
});
