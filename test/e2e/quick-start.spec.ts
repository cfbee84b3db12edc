import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { missing, shell } from '../harness/shell.js';

const absent = await missing('curl', 'jq');
if (absent.length > 0) process.stderr.write(`SKIPPED: the guide's commands, because this machine has no ${absent.join(' and ')}\n`);

/** The commands of the user guide as users type them, except for the port. */
(absent.length > 0 ? describe.skip : describe)('the quick start of the user guide', () => {
  let betrace: BeTrace;
  const guide = (script: string) => shell(script.replaceAll('http://localhost:12011', betrace.url));

  beforeAll(async () => {
    betrace = await BeTrace.start({ compiled: true });
  });
  afterAll(() => betrace?.stop());

  it('creates the first rule', async () => {
    const answer = await guide(`curl -sS -X POST http://localhost:12011/v1/rules \\
  -H "Content-Type: application/json" \\
  -d '{"name": "slow-requests", "expression": "span.duration > 1s", "severity": "HIGH", "enabled": true}'`);
    expect(JSON.parse(answer)).toMatchObject({ id: 'slow-requests', name: 'slow-requests', severity: 'HIGH', enabled: true });
  });

  it('has the violation of a slow span', async () => {
    await guide(`curl -sS -X POST http://localhost:12011/v1/spans \\
  -H "Content-Type: application/json" \\
  -d '{
    "spans": [{
      "trace_id": "test-trace-001",
      "span_id": "test-span-001",
      "name": "slow-operation",
      "start_time": 1699000000000000000,
      "end_time": 1699000002000000000
    }]
  }'`);
    const list = await eventually('the violation', async () => {
      const { body } = await betrace.json<{ total: number }>('GET', '/v1/violations');
      return body.total > 0 ? body : undefined;
    });
    expect(list).toEqual({
      violations: [
        {
          id: expect.stringMatching(/^viol-[0-9a-f]{32}$/),
          rule_id: 'slow-requests',
          rule_name: 'slow-requests',
          severity: 'HIGH',
          trace_id: 'test-trace-001',
          span_id: 'test-span-001',
          timestamp: expect.any(Number),
          metadata: { span_name: 'slow-operation', duration_ms: 2_000 },
          status: 'open',
        },
      ],
      total: 1,
    });
  });

  it.each([
    ['of the last hour', `curl -sS "http://localhost:12011/v1/violations?start_time=$(date -u -d '1 hour ago' +%s)"`, '1'],
    ['by severity', `curl -sS "http://localhost:12011/v1/violations?severity=HIGH"`, '1'],
    ['by rule', `curl -sS "http://localhost:12011/v1/violations?rule_id=slow-requests"`, '1'],
    [
      'by several filters',
      `curl -sS "http://localhost:12011/v1/violations?severity=CRITICAL&start_time=$(date -u -d '1 hour ago' +%s)&limit=100"`,
      '0',
    ],
  ])('lists violations %s', async (_what, command, total) => {
    expect((await guide(`${command} | jq -r '.total'`)).trim()).toBe(total);
  });

  it('creates the rule of the section on the API', async () => {
    const answer = await guide(`curl -sS -X POST http://localhost:12011/v1/rules \\
  -H "Content-Type: application/json" \\
  -d '{
    "name": "slow-database-queries",
    "description": "Detects database queries slower than 500ms",
    "expression": "span.name:contains(\\"query\\") and span.duration > 500000000",
    "severity": "HIGH",
    "tags": ["database", "performance"],
    "enabled": true
  }'`);
    expect(JSON.parse(answer)).toMatchObject({ id: 'slow-database-queries', tags: ['database', 'performance'] });
    expect((await guide(`curl -sS http://localhost:12011/v1/rules/slow-database-queries | jq '.enabled'`)).trim()).toBe('true');
    expect((await guide(`curl -sS http://localhost:12011/v1/rules | jq '.rules | length'`)).trim()).toBe('2');
  });

  it('tests a rule against a sample span', async () => {
    const answer = await guide(`curl -sS -X POST http://localhost:12011/v1/rules/test \\
  -H "Content-Type: application/json" \\
  -d '{
    "expression": "span.duration > 1s",
    "span": {
      "name": "test-span",
      "duration": 2000000000,
      "status": "ok"
    }
  }'`);
    expect(JSON.parse(answer)).toMatchObject({ matches: true, evaluation_time_ms: expect.any(Number) });
  });

  it('answers health, readiness and the metrics that the guides name', async () => {
    expect(JSON.parse(await guide('curl -sS http://localhost:12011/health'))).toEqual({
      status: 'healthy',
      version: expect.any(String),
      uptime_seconds: expect.any(Number),
    });
    expect(JSON.parse(await guide('curl -sS http://localhost:12011/ready'))).toEqual({
      status: 'ready',
      checks: { notifications: 'off', otlp_exporter: 'off', rule_engine: 'ok', storage: 'ok' },
    });
    const metrics = await eventually('the metrics of the evaluator', async () => {
      const text = await guide('curl -sS http://localhost:12011/metrics');
      return text.includes('betrace_violations_total{') ? text : undefined;
    });
    for (const name of [
      'betrace_spans_ingested_total',
      'betrace_violations_total',
      'betrace_rule_evaluations_total',
      'betrace_rule_evaluation_duration_seconds_bucket',
      'betrace_otlp_export_failures_total',
      'http_request_duration_seconds_bucket',
      'http_requests_total',
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
    ]) {
      expect(metrics).toContain(name);
    }
    expect(metrics).toContain(
      'betrace_violations_total{severity="HIGH",rule_id="slow-requests",rule_name="slow-requests",service_name="",fragment="false"} 1',
    );
  });

  it('counts violations like the pipeline in the section on CI', async () => {
    const script = `VIOLATIONS=$(curl -sS http://localhost:12011/v1/violations | jq '.total')
if [ $VIOLATIONS -gt 0 ]; then
  echo "Detected $VIOLATIONS invariant violations"
fi`;
    expect((await guide(script)).trim()).toBe('Detected 1 invariant violations');
  });

  it('has a violation within a second of its span', async () => {
    // The best of several, because a machine with many tests may displace the process for a second.
    const took = async (n: number): Promise<number> => {
      const since = performance.now();
      const times = { start_time: 0, end_time: 2_000_000_000 };
      await betrace.json('POST', '/v1/spans', { spans: [{ trace_id: `timed-${n}`, span_id: 's', name: 'slow-operation', ...times }] });
      await eventually('the violation', async () => {
        const { body } = await betrace.json<{ total: number }>('GET', `/v1/violations?trace_id=timed-${n}`);
        return body.total > 0 ? true : undefined;
      });
      return performance.now() - since;
    };
    let best = await took(0);
    for (let n = 1; n < 10 && best >= 1_000; n++) best = Math.min(best, await took(n));
    expect(best).toBeLessThan(1_000);
  });

  it('exits with 0 when it is told to stop', async () => {
    expect(await betrace.stop()).toBe(0);
  });
});
