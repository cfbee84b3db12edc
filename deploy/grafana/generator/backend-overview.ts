import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard, lines, number, PROCESSES, row } from './panels.ts';

const rate = (metric: string, filter = PROCESSES) => `rate(${metric}{${filter}}[$__rate_interval])`;
const quantile = (q: number, histogram: string) => `histogram_quantile(${q}, sum by (le) (${rate(`${histogram}_bucket`)}))`;

/** Whether BeTrace works: what comes in and goes out, how long it takes, what fails, what waits, what it needs. */
export const backendOverview: DashboardBuilder = dashboard(
  'betrace-backend-overview',
  'BeTrace: backend overview',
  'Throughput, latency, errors, lag and resources of the BeTrace processes.',
)
  .withPanel(
    number({
      title: 'Processes that answer',
      description: 'Processes that Prometheus could scrape last time.',
      queries: [[`sum(up{${PROCESSES}})`, 'up']],
      unit: 'short',
      width: 6,
    }),
  )
  .withPanel(
    number({
      title: 'Worst readiness',
      description: '0: all works. 1: requests are accepted, and part of the work waits. 2: something does not work. GET /ready says what.',
      queries: [[`max(betrace_readiness_grade{${PROCESSES}})`, 'grade']],
      unit: 'short',
      width: 6,
    }),
  )
  .withPanel(
    number({
      title: 'Records not judged yet',
      description: 'Up to the end of the spans log at the time of the scrape, all partitions.',
      queries: [[`sum(max by (cluster, namespace, partition) (betrace_evaluator_lag_records{${PROCESSES}}))`, 'records']],
      unit: 'short',
      width: 6,
    }),
  )
  .withPanel(
    number({
      title: 'Open traces',
      description: 'Traces that may still get spans.',
      queries: [[`sum(betrace_traces_open{${PROCESSES}})`, 'traces']],
      unit: 'short',
      width: 6,
    }),
  )
  .withRow(row('Throughput'))
  .withPanel(
    lines({
      title: 'Spans',
      description: 'Written to the log, and judged. Judged stays below written while duplicates come, and permanently where they do.',
      queries: [
        [`sum(${rate('betrace_spans_ingested_total')})`, 'ingested'],
        [`sum(${rate('betrace_spans_evaluated_total')})`, 'judged'],
      ],
      unit: 'cps',
      width: 8,
    }),
  )
  .withPanel(
    lines({
      title: 'Violations',
      description:
        'Published, stored, accepted by the OTLP endpoint, accepted by receivers of notifications. All but published count each revision.',
      queries: [
        [`sum(${rate('betrace_violations_total')})`, 'published'],
        [`sum(${rate('betrace_violations_kept_total')})`, 'kept'],
        [`sum(${rate('betrace_violations_exported_total')})`, 'exported'],
        [`sum by (receiver) (${rate('betrace_notifications_sent_total')})`, 'told to {{receiver}}'],
      ],
      unit: 'cps',
      width: 8,
    }),
  )
  .withPanel(
    lines({
      title: 'Rule evaluations',
      description: 'Spans and traces that rules have judged, of all rules.',
      queries: [[`sum(${rate('betrace_rule_evaluations_total')})`, 'evaluations']],
      unit: 'cps',
      width: 8,
    }),
  )
  .withRow(row('Latency'))
  .withPanel(
    lines({
      title: 'HTTP requests',
      description: 'Time from the request line to the end of the answer. A stream of violations counts when it ends.',
      queries: [
        [quantile(0.5, 'http_request_duration_seconds'), 'p50'],
        [quantile(0.95, 'http_request_duration_seconds'), 'p95'],
        [quantile(0.99, 'http_request_duration_seconds'), 'p99'],
      ],
      unit: 's',
      width: 8,
    }),
  )
  .withPanel(
    lines({
      title: 'Spans acknowledged',
      description: 'Time from the end of a request until its spans are in the log.',
      queries: [
        [quantile(0.5, 'betrace_ingest_duration_seconds'), 'p50'],
        [quantile(0.99, 'betrace_ingest_duration_seconds'), 'p99'],
      ],
      unit: 's',
      width: 8,
    }),
  )
  .withPanel(
    lines({
      title: 'One record through all rules',
      description: 'Time to evaluate all rules on one record of the spans log.',
      queries: [
        [quantile(0.5, 'betrace_rule_evaluation_duration_seconds'), 'p50'],
        [quantile(0.95, 'betrace_rule_evaluation_duration_seconds'), 'p95'],
        [quantile(0.99, 'betrace_rule_evaluation_duration_seconds'), 'p99'],
      ],
      unit: 's',
      width: 8,
    }),
  )
  .withRow(row('Errors'))
  .withPanel(
    lines({
      title: 'Requests that fail',
      description: 'HTTP answers with 5xx, and requests with rejected spans, by outcome.',
      queries: [
        [`sum(${rate('http_requests_total', `${PROCESSES},status=~"5.."`)}) or vector(0)`, 'HTTP 5xx'],
        [`sum by (outcome) (${rate('betrace_ingest_requests_total', `${PROCESSES},outcome!="ok"`)})`, 'ingest {{outcome}}'],
      ],
      unit: 'cps',
      width: 8,
    }),
  )
  .withPanel(
    lines({
      title: 'Spans refused, evaluations that fail',
      description: 'Senders of refused spans got an error. An evaluation that fails is not a match.',
      queries: [
        [`sum by (reason) (${rate('betrace_spans_rejected_total')})`, 'refused: {{reason}}'],
        [`sum(${rate('betrace_rule_evaluation_errors_total')}) or vector(0)`, 'evaluations that fail'],
      ],
      unit: 'cps',
      width: 8,
    }),
  )
  .withPanel(
    lines({
      title: 'Violations that do not arrive',
      description: 'Failed attempts that are retried (log, store, OTLP endpoint, notifications), and final refusals.',
      queries: [
        [`sum(${rate('betrace_violation_publish_failures_total')}) or vector(0)`, 'log'],
        [`sum(${rate('betrace_violations_keep_failures_total')}) or vector(0)`, 'store'],
        [`sum(${rate('betrace_otlp_export_failures_total')}) or vector(0)`, 'OTLP endpoint'],
        [`sum(${rate('betrace_violations_export_rejected_total')}) or vector(0)`, 'refused by the endpoint'],
        [`sum(${rate('betrace_violations_set_aside_total')}) or vector(0)`, 'set aside'],
        [`sum(${rate('betrace_notification_failures_total')}) or vector(0)`, 'notifications'],
        [`sum(${rate('betrace_notifications_refused_total')}) or vector(0)`, 'refused by receivers'],
      ],
      unit: 'cps',
      width: 8,
    }),
  )
  .withRow(row('Lag'))
  .withPanel(
    lines({
      title: 'Records that wait',
      description:
        'For the evaluator, the store, the OTLP endpoint and receivers of notifications, up to the end of the log at the time of the scrape.',
      queries: [
        [`sum(max by (cluster, namespace, partition) (betrace_evaluator_lag_records{${PROCESSES}}))`, 'evaluator'],
        [`sum(max by (cluster, namespace, partition) (betrace_violations_keep_lag_records{${PROCESSES}}))`, 'store'],
        [`sum(max by (cluster, namespace, partition) (betrace_otlp_export_lag_records{${PROCESSES}}))`, 'OTLP endpoint'],
        [
          `sum by (receiver) (max by (cluster, namespace, receiver, partition) (betrace_notification_lag_records{${PROCESSES}}))`,
          'notifications to {{receiver}}',
        ],
      ],
      unit: 'short',
      width: 12,
    }),
  )
  .withPanel(
    lines({
      title: 'Readiness by check',
      description: 'What GET /ready says: 0 it works, 1 degraded, 2 it does not work.',
      queries: [[`max by (check) (betrace_readiness_grade{${PROCESSES}})`, '{{check}}']],
      unit: 'short',
      width: 12,
    }),
  )
  .withRow(row('Resources'))
  .withPanel(
    lines({
      title: 'Processor',
      description: 'Part of the cores that the process may use.',
      queries: [
        [
          `${rate('process_cpu_seconds_total')} / on (cluster, namespace, job, instance) betrace_process_cpu_limit_cores{${PROCESSES}}`,
          '{{instance}}',
        ],
      ],
      unit: 'percentunit',
      width: 8,
    }),
  )
  .withPanel(
    lines({
      title: 'Memory',
      description: 'Resident memory, and the share of traces.',
      queries: [
        [`process_resident_memory_bytes{${PROCESSES}}`, '{{instance}}'],
        [`sum by (cluster, namespace, instance) (betrace_trace_memory_bytes{${PROCESSES}})`, '{{instance}}: traces'],
      ],
      unit: 'bytes',
      width: 8,
    }),
  )
  .withPanel(
    lines({
      title: 'Event loop',
      description: 'If the main thread has a long delay, answers are late.',
      queries: [[`nodejs_eventloop_lag_p99_seconds{${PROCESSES}}`, '{{instance}}']],
      unit: 's',
      width: 8,
    }),
  );
