import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { BoundedLabel, type Metrics, registerMetrics } from '#platform';
import { EVALUATOR_METRICS } from '../../metrics.js';
import { RuleSeries } from '../../rules/rule-series.js';
import { recordMeasurements } from '../../threads/record-measurements.js';
import { Measurements } from './measurements.js';

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

const tools = (metrics: Metrics<typeof EVALUATOR_METRICS>, services = 200) => ({
  metrics,
  ruleSeries: new RuleSeries(metrics),
  services: new BoundedLabel(services),
});

describe('Measurements', () => {
  it('drains the changes since the last call, each once', () => {
    const measurements = measured();
    expect(measurements.drain()).toEqual([
      { metric: 'spansEvaluated', labels: {}, value: 7 },
      { metric: 'tracesClosed', labels: { reason: 'idle_timeout' }, value: 1 },
      { metric: 'tracesOpen', labels: { partition: '2' }, value: 5 },
      { metric: 'ruleEvaluationDuration', labels: {}, value: 0, observed: [0.002, 0.2] },
    ]);
    expect(measurements.drain()).toEqual([]);
  });

  it('add up in the registry over several drains', async () => {
    const registry = new Registry();
    const metrics = registerMetrics(EVALUATOR_METRICS, registry);
    recordMeasurements(tools(metrics), measured().drain());
    recordMeasurements(tools(metrics), measured().drain());
    const text = await registry.metrics();
    expect(text).toContain('betrace_spans_evaluated_total 14');
    expect(text).toContain('betrace_traces_closed_total{reason="idle_timeout"} 2');
    expect(text).toContain('betrace_traces_open{partition="2"} 5');
    expect(text).toContain('betrace_rule_evaluation_duration_seconds_count 4');
    expect(text).toContain('betrace_rule_evaluation_duration_seconds_bucket{le="0.0025"} 2');
  });

  it('limits the distinct services, whatever senders name themselves', async () => {
    const registry = new Registry();
    const metrics = registerMetrics(EVALUATOR_METRICS, registry);
    const bounded = tools(metrics, 3);
    const measurements = new Measurements();
    const labels = { severity: 'HIGH', rule_id: 'r', rule_name: 'r' };
    for (let n = 0; n < 10_000; n++) measurements.count('violations', { ...labels, service_name: `service-${n}` });
    measurements.count('violations', { ...labels, service_name: '' });
    recordMeasurements(bounded, measurements.drain());
    const { values } = await metrics.violations.get();
    expect(values.map(({ labels: { service_name }, value }) => [service_name, value])).toEqual([
      ['service-0', 1],
      ['service-1', 1],
      ['service-2', 1],
      ['other', 9_997],
      ['', 1],
    ]);
  });

  it('limits the texts of the errors of a rule, of however many partitions, and however often they move', async () => {
    const metrics = registerMetrics(EVALUATOR_METRICS, new Registry());
    const bounded = tools(metrics);
    // Each owner of a partition names twenty texts of its own, and the others by one.
    for (let owner = 0; owner < 30; owner++) {
      const measurements = new Measurements();
      for (let n = 0; n < 20; n++) measurements.count('ruleEvaluationErrors', { rule_id: 'r', error: `no field ${owner} ${n}` });
      measurements.count('ruleEvaluationErrors', { rule_id: 'r', error: 'other errors' }, 5);
      measurements.count('ruleEvaluationErrors', { rule_id: 'another', error: 'its own' });
      recordMeasurements(bounded, measurements.drain());
    }
    const { values } = await metrics.ruleEvaluationErrors.get();
    const of = (rule: string) =>
      values.filter(({ labels }) => labels['rule_id'] === rule).map(({ labels, value }) => [labels['error'], value]);
    expect(of('r')).toHaveLength(21);
    expect(of('r')).toEqual(
      expect.arrayContaining([
        ['no field 0 19', 1],
        ['other errors', 29 * 20 + 30 * 5],
      ]),
    );
    expect(of('another')).toEqual([['its own', 30]]);
  });

  it('ends a removed series, and starts it again', async () => {
    const registry = new Registry();
    const metrics = registerMetrics(EVALUATOR_METRICS, registry);
    const measurements = new Measurements();
    measurements.set('tracesOpen', { partition: '1' }, 4);
    measurements.remove('tracesOpen', { partition: '1' });
    recordMeasurements(tools(metrics), measurements.drain());
    expect(await registry.metrics()).not.toContain('betrace_traces_open{');
    measurements.remove('tracesOpen', { partition: '1' });
    measurements.set('tracesOpen', { partition: '1' }, 5);
    recordMeasurements(tools(metrics), measurements.drain());
    expect(await registry.metrics()).toContain('betrace_traces_open{partition="1"} 5');
  });
});
