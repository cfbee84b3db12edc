import type { MetricDeclarations } from '#platform';

/** What the API's background work measures. */
export const API_METRICS = {
  violationsKept: {
    type: 'counter',
    name: 'betrace_violations_kept_total',
    help: 'Violations (revisions) read from the violations log and kept in the store.',
  },
  violationsUnreadable: {
    type: 'counter',
    name: 'betrace_violations_unreadable_total',
    help: 'Records of the violations log that are no violations; they are skipped.',
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
    help: 'Export calls that failed; each is repeated until it succeeds.',
  },
  exportRejected: {
    type: 'counter',
    name: 'betrace_violations_export_rejected_total',
    help: 'Violations (revisions) that the OTLP endpoint refused in a request that it took otherwise (partial success); they are not sent again.',
  },
  exportLag: {
    type: 'gauge',
    name: 'betrace_otlp_export_lag_records',
    help: 'Records of the violations log that are not exported yet.',
    labels: ['partition'],
  },
  keepLag: {
    type: 'gauge',
    name: 'betrace_violations_keep_lag_records',
    help: 'Records of the violations log that are not in the store yet.',
    labels: ['partition'],
  },
} as const satisfies MetricDeclarations;
