import type { MetricDeclarations } from '#platform';

/** What the API's background work measures. */
export const API_METRICS = {
  violationsKept: {
    type: 'counter',
    name: 'betrace_violations_kept_total',
    help: 'Violations (revisions) read from the violations log and kept in the store.',
  },
  keepFailures: {
    type: 'counter',
    name: 'betrace_violations_keep_failures_total',
    help: 'Attempts to keep violations in the store that failed and are repeated: it refuses writes, or the log cannot be read.',
  },
  keepRefused: {
    type: 'counter',
    name: 'betrace_violations_keep_refused_total',
    help: 'Violations (revisions) that the store refuses for what they hold; they are kept in the dead letter topic.',
    labels: ['rule_id'],
  },
  violationsUnreadable: {
    type: 'counter',
    name: 'betrace_violations_unreadable_total',
    help: 'Records of the violations log that are no violations; they are skipped.',
    labels: ['reader'],
  },
  violationsMissing: {
    type: 'counter',
    name: 'betrace_violations_missing_total',
    help: 'Records of the violations log that were deleted before they were read, by reader: they are not kept in the store (`keep`), or not exported (`export`).',
    labels: ['reader'],
  },
  violationsExported: {
    type: 'counter',
    name: 'betrace_violations_exported_total',
    help: 'Violations (revisions) that the OTLP endpoint has accepted.',
  },
  exportFailures: {
    type: 'counter',
    name: 'betrace_otlp_export_failures_total',
    help: 'Export calls that failed: `passing` and `configuration` are repeated until they succeed, `refused` and `doubtful` are narrowed down to the violations that are refused.',
    labels: ['kind'],
  },
  exportRejected: {
    type: 'counter',
    name: 'betrace_violations_export_rejected_total',
    help: 'Violations (revisions) that the OTLP endpoint refused for good, by its answer (`http_413`, `grpc_invalid_argument`), or in a request that it took otherwise (`partial_success`); they stay in the store and are not sent again.',
    labels: ['reason'],
  },
  exportLag: {
    type: 'gauge',
    name: 'betrace_otlp_export_lag_records',
    help: 'Records of the violations log that are not exported yet, from its end when it is scraped. `NaN`: the end is not known.',
    labels: ['partition'],
  },
  keepLag: {
    type: 'gauge',
    name: 'betrace_violations_keep_lag_records',
    help: 'Records of the violations log that are not in the store yet, from its end when it is scraped. `NaN`: the end is not known.',
    labels: ['partition'],
  },
} as const satisfies MetricDeclarations;
