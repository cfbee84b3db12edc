import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { registerMetrics } from '#platform';
import { Measurements } from './measurements.js';
import { EVALUATOR_METRICS } from './metrics.js';
import { recordMeasurements } from './record-measurements.js';

const measured = (): Measurements => {
  const measurements = new Measurements();
  measurements.count('spansEvaluated', {}, 3);
  measurements.count('spansEvaluated', {}, 4);
  measurements.count('tracesClosed', { reason: 'idle_timeout' });
  measurements.set('tracesOpen', { partition: '2' }, 9);
  measurements.set('tracesOpen', { partition: '2' }, 5);
  measurements.observe('ruleEvaluationDuration', 0.002);
  measurements.observe('ruleEvaluationDuration', 0.2);
  return measurements;
};

describe('Measurements', () => {
  it('drains what happened since the last time, and nothing twice', () => {
    const measurements = measured();
    expect(measurements.drain()).toEqual([
      { metric: 'spansEvaluated', labels: {}, value: 7 },
      { metric: 'tracesClosed', labels: { reason: 'idle_timeout' }, value: 1 },
      { metric: 'tracesOpen', labels: { partition: '2' }, value: 5 },
      { metric: 'ruleEvaluationDuration', labels: {}, value: 0, observed: [0.002, 0.2] },
    ]);
    expect(measurements.drain()).toEqual([]);
  });

  it('adds up in the registry, across drains', async () => {
    const registry = new Registry();
    const metrics = registerMetrics(EVALUATOR_METRICS, registry);
    recordMeasurements(metrics, measured().drain());
    recordMeasurements(metrics, measured().drain());
    const text = await registry.metrics();
    expect(text).toContain('betrace_spans_evaluated_total 14');
    expect(text).toContain('betrace_traces_closed_total{reason="idle_timeout"} 2');
    expect(text).toContain('betrace_traces_open{partition="2"} 5');
    expect(text).toContain('betrace_rule_evaluation_duration_seconds_count 4');
    expect(text).toContain('betrace_rule_evaluation_duration_seconds_bucket{le="0.0025"} 2');
  });
});
