import type { MetricDeclarations } from '../metrics/declaration.js';

/** Metrics of the spans about BeTrace's own work. */
export const TRACING_METRICS = {
  spans: {
    type: 'counter',
    name: 'betrace_tracing_spans_total',
    help: 'Spans about the work of BeTrace itself, by outcome: `sent`, or `lost` because `tracing.endpoint` did not accept them. They are not sent again.',
    labels: ['outcome'],
  },
} as const satisfies MetricDeclarations;
