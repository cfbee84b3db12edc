import type { MetricDeclarations } from '#platform';

/** Metrics of the API's background work. */
export const API_METRICS = {
  violationsKept: {
    type: 'counter',
    name: 'betrace_violations_kept_total',
    help: 'Violations (revisions) read from the violations log and stored.',
  },
  keepFailures: {
    type: 'counter',
    name: 'betrace_violations_keep_failures_total',
    help: 'Failed attempts to store violations, which are retried: the store refuses writes, or the log cannot be read.',
  },
  keepRefused: {
    type: 'counter',
    name: 'betrace_violations_keep_refused_total',
    help: 'Violations (revisions) whose content the store refuses; they are in the dead letter topic.',
    labels: ['rule_id'],
  },
  violationsUnreadable: {
    type: 'counter',
    name: 'betrace_violations_unreadable_total',
    help: 'Records of the violations log that are not violations; they are skipped.',
    labels: ['reader'],
  },
  violationsMissing: {
    type: 'counter',
    name: 'betrace_violations_missing_total',
    help: 'Records of the violations log that were deleted before they were read, by reader: they are not stored (`keep`), or not exported (`export`).',
    labels: ['reader'],
  },
  violationsExported: {
    type: 'counter',
    name: 'betrace_violations_exported_total',
    help: 'Violations (revisions) that the OTLP endpoint has accepted.',
  },
  evidenceExported: {
    type: 'counter',
    name: 'betrace_evidence_exported_total',
    help: 'Evidence spans, of traces that comply with a rule that has `emit_evidence`, that the OTLP endpoint has accepted.',
  },
  evidenceRejected: {
    type: 'counter',
    name: 'betrace_evidence_export_rejected_total',
    help: 'Evidence spans that the OTLP endpoint refused permanently, by its answer, as in `betrace_violations_export_rejected_total`. They are not sent again.',
    labels: ['reason'],
  },
  exportFailures: {
    type: 'counter',
    name: 'betrace_otlp_export_failures_total',
    help: 'Failed export calls: `passing` and `configuration` are retried until they succeed; after `refused` and `doubtful`, smaller batches find the refused violations.',
    labels: ['kind'],
  },
  exportRejected: {
    type: 'counter',
    name: 'betrace_violations_export_rejected_total',
    help: 'Violations (revisions) that the OTLP endpoint refused permanently, by its answer (`http_413`, `grpc_invalid_argument`, or `partial_success` when it took the rest of the request). They stay in the store and are not sent again.',
    labels: ['reason'],
  },
  exportLag: {
    type: 'gauge',
    name: 'betrace_otlp_export_lag_records',
    help: 'Records of the violations log that are not exported yet, up to its end at the time of the scrape. `NaN`: the end is not known.',
    labels: ['partition'],
  },
  keepLag: {
    type: 'gauge',
    name: 'betrace_violations_keep_lag_records',
    help: 'Records of the violations log that are not in the store yet, up to its end at the time of the scrape. `NaN`: the end is not known.',
    labels: ['partition'],
  },
} as const satisfies MetricDeclarations;
