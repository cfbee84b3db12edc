// The metrics of all apps, for docs/metrics.md.
import { API_METRICS } from '../../apps/api/src/metrics.js';
import { NOTIFY_METRICS } from '../../apps/api/src/notify/metrics.js';
import { PROBE_METRICS } from '../../apps/cli/src/probe/metrics.js';
import { EVALUATOR_METRICS } from '../../apps/evaluator/src/metrics.js';
import { INGEST_METRICS } from '../../apps/ingest/src/metrics.js';
import { HEALTH_METRICS } from '../../libs/platform/src/health/readiness-metric.js';
import type { MetricDeclarations } from '../../libs/platform/src/metrics/declaration.js';
import { HTTP_METRICS } from '../../libs/platform/src/metrics/http-metrics.js';
import { LOG_METRICS } from '../../libs/platform/src/metrics/lag.js';
import { PROCESS_METRICS } from '../../libs/platform/src/metrics/process-limits.js';
import { STORAGE_METRICS } from '../../libs/platform/src/metrics/storage-files.js';
import { TLS_METRICS } from '../../libs/platform/src/tls/server-certificate.js';
import { TRACING_METRICS } from '../../libs/platform/src/tracing/metrics.js';

export const DOCUMENTED_METRICS: Readonly<Record<string, MetricDeclarations>> = {
  'HTTP, in every process': HTTP_METRICS,
  'Readiness, in every process': HEALTH_METRICS,
  'What the process may use, in every process': PROCESS_METRICS,
  'TLS, in every process that has it': TLS_METRICS,
  'Traces of BeTrace itself, in every process that has them': TRACING_METRICS,
  'The log, in every process': LOG_METRICS,
  'Files, in processes that have some': STORAGE_METRICS,
  Ingest: INGEST_METRICS,
  Evaluator: EVALUATOR_METRICS,
  API: API_METRICS,
  'Notifications, in the API when there are receivers': NOTIFY_METRICS,
  'The verdict probe, at `betrace probe --listen`': PROBE_METRICS,
};
