import { Counter, Gauge, Histogram } from 'prom-client';
import type { BoundedLabel, Metrics } from '#platform';
import type { EVALUATOR_METRICS } from '../metrics.js';
import type { Measurement } from '../partition/account/measurements.js';
import type { RuleSeries } from '../rules/rule-series.js';

/** The process's metrics, and the limits of their series. */
export interface RecordTools {
  readonly metrics: Metrics<typeof EVALUATOR_METRICS>;
  readonly ruleSeries: Pick<RuleSeries, 'seen' | 'errorOf'>;
  readonly services: BoundedLabel;
}

/** Adds a thread's measurements to the process's metrics. */
export function recordMeasurements({ metrics, ruleSeries, services }: RecordTools, measurements: readonly Measurement[]): void {
  for (const { metric, labels: measured, value, observed, removed } of measurements) {
    const target: Counter<string> | Gauge<string> | Histogram<string> = metrics[metric];
    const { service_name: service, rule_id: rule, error } = measured;
    if (rule !== undefined) ruleSeries.seen(rule);
    const labels = {
      ...measured,
      ...(service === undefined ? {} : { service_name: services.of(service) }),
      ...(rule === undefined || error === undefined ? {} : { error: ruleSeries.errorOf(rule, error) }),
    };
    if (removed) target.remove(labels);
    else if (target instanceof Counter) target.inc(labels, value);
    else if (target instanceof Gauge) target.set(labels, value);
    else for (const one of observed ?? []) target.observe(labels, one);
  }
}
