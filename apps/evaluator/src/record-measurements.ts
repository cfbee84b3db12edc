import { Counter, Gauge, Histogram } from 'prom-client';
import type { Metrics } from '#platform';
import type { Measurement } from './measurements.js';
import type { EVALUATOR_METRICS } from './metrics.js';

/** Adds what a thread measured to the process's metrics. */
export function recordMeasurements(metrics: Metrics<typeof EVALUATOR_METRICS>, measurements: readonly Measurement[]): void {
  for (const { metric, labels, value, observed, removed } of measurements) {
    const target: Counter<string> | Gauge<string> | Histogram<string> = metrics[metric];
    if (removed) target.remove(labels);
    else if (target instanceof Counter) target.inc(labels, value);
    else if (target instanceof Gauge) target.set(labels, value);
    else for (const one of observed ?? []) target.observe(labels, one);
  }
}
