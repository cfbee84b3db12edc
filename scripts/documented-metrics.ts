// The metrics of all apps, for docs/metrics.md.
import { API_METRICS } from '../apps/api/src/metrics.js';
import { EVALUATOR_METRICS } from '../apps/evaluator/src/metrics.js';
import { INGEST_METRICS } from '../apps/ingest/src/metrics.js';
import type { MetricDeclarations } from '../libs/platform/src/metrics/declaration.js';
import { HTTP_METRICS } from '../libs/platform/src/metrics/http-metrics.js';
import { LOG_METRICS } from '../libs/platform/src/metrics/lag.js';

export const DOCUMENTED_METRICS: Readonly<Record<string, MetricDeclarations>> = {
  'HTTP, in every process': HTTP_METRICS,
  'The log, in every process': LOG_METRICS,
  Ingest: INGEST_METRICS,
  Evaluator: EVALUATOR_METRICS,
  API: API_METRICS,
};
