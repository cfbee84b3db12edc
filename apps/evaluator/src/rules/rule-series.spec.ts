import { beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { type Metrics, registerMetrics } from '#platform';
import { EVALUATOR_METRICS } from '../metrics.js';
import { RuleSeries } from './rule-series.js';

const rule = (id: string) => ({ id, name: `Name of ${id}`, severity: 'HIGH' });
const MINUTE = 60_000;

describe('the series of rules', () => {
  let registry: Registry;
  let metrics: Metrics<typeof EVALUATOR_METRICS>;
  let series: RuleSeries;
  let now: number;

  beforeEach(() => {
    registry = new Registry();
    metrics = registerMetrics(EVALUATOR_METRICS, registry);
    now = 0;
    series = new RuleSeries(metrics, () => now);
  });

  const lines = async (id: string) => (await registry.metrics()).split('\n').filter((line) => line.includes(`rule_id="${id}"`));

  it('start at 0 when the rule comes into force', async () => {
    series.inForce('t', [rule('a')]);
    expect(await lines('a')).toEqual(
      expect.arrayContaining([
        'betrace_rule_evaluations_total{rule_id="a"} 0',
        'betrace_rule_matches_total{rule_id="a"} 0',
        'betrace_rule_evaluation_errors_total{rule_id="a",error=""} 0',
        expect.stringMatching(/^betrace_violations_total\{severity="HIGH",rule_id="a",rule_name="Name of a",.*\} 0$/),
      ]),
    );
    metrics.ruleEvaluations.inc({ rule_id: 'a' }, 5);
    series.inForce('t', [rule('a'), rule('b')]);
    expect(await lines('a')).toContain('betrace_rule_evaluations_total{rule_id="a"} 5');
  });

  it('start for thousands of rules too, in batches', async () => {
    const many = Array.from({ length: 2_000 }, (_, n) => rule(`r${n}`));
    series.inForce('t', many);
    expect(await lines('r0')).not.toEqual([]);
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect((await lines('r1999')).length).toBe((await lines('r0')).length);
  });

  it('stay for the last scrapes after the rule ends, then end', async () => {
    series.inForce('t', [rule('a'), rule('b')]);
    metrics.violations.inc({ severity: 'HIGH', rule_id: 'a', rule_name: 'a', service_name: 'shop' }, 3);
    metrics.violationsRetracted.inc({ rule_id: 'a' });
    series.inForce('t', [rule('b')]);
    now = 4 * MINUTE;
    await series.sweep();
    expect((await lines('a')).length).toBeGreaterThan(4);
    now = 6 * MINUTE;
    await series.sweep();
    expect(await lines('a')).toEqual([]);
    expect((await lines('b')).length).toBeGreaterThanOrEqual(4);
  });

  it('stay while any thread has the rule, and when it returns in time', async () => {
    series.inForce('t', [rule('a')]);
    series.inForce('u', [rule('a')]);
    series.inForce('t', []);
    now = 6 * MINUTE;
    await series.sweep();
    expect((await lines('a')).length).toBeGreaterThan(0);
    series.inForce('u', []);
    now = 8 * MINUTE;
    series.inForce('t', [rule('a')]);
    now = 20 * MINUTE;
    await series.sweep();
    expect((await lines('a')).length).toBeGreaterThan(0);
  });

  it("end also when a count came after the rule's end", async () => {
    metrics.undecided.inc({ rule_id: 'late', reason: 'step_limit' });
    series.seen('late');
    now = 6 * MINUTE;
    await series.sweep();
    expect(await lines('late')).toEqual([]);
  });
});
