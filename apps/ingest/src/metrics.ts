import type { MetricDeclarations } from '#platform';

/** Ingest's metrics. Received spans = ingested + rejected + BeTrace's own. `receiver`: see `receive/receiver.ts`. */
export const INGEST_METRICS = {
  spansReceived: {
    type: 'counter',
    name: 'betrace_spans_received_total',
    help: 'Spans in requests that were answered with success.',
    labels: ['receiver'],
  },
  spansIngested: {
    type: 'counter',
    name: 'betrace_spans_ingested_total',
    help: 'Spans that the log acknowledged.',
    labels: ['receiver'],
  },
  spansRejected: {
    type: 'counter',
    name: 'betrace_spans_rejected_total',
    help: 'Single spans rejected, by reason; the answer to the sender names them.',
    labels: ['receiver', 'reason'],
  },
  spansOwn: {
    type: 'counter',
    name: 'betrace_spans_own_total',
    help: 'Spans that BeTrace itself emitted and received again; they are not evaluated.',
    labels: ['receiver'],
  },
  bytes: {
    type: 'counter',
    name: 'betrace_ingest_bytes_total',
    help: 'Bytes of requests, after decompression.',
    labels: ['receiver'],
  },
  requests: {
    type: 'counter',
    name: 'betrace_ingest_requests_total',
    help: 'Requests by outcome: `ok`, `partial` (some spans rejected), or the code of the error, including requests that are refused before they are read.',
    labels: ['receiver', 'outcome'],
  },
  warnings: {
    type: 'counter',
    name: 'betrace_ingest_warnings_total',
    help: 'Requests that were accepted with a warning to their sender: `no_spans` (data without spans), `unread` (spans under an unknown name).',
    labels: ['receiver', 'warning'],
  },
  duration: {
    type: 'histogram',
    name: 'betrace_ingest_duration_seconds',
    help: 'Time from the end of a request until the log acknowledged its spans.',
    labels: ['receiver'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  deadLetters: {
    type: 'counter',
    name: 'betrace_ingest_dead_letters_total',
    help: 'Records of received Kafka topics that could not be read, wholly or in part; they are in the dead letter topic.',
    labels: ['topic'],
  },
  topicLag: {
    type: 'gauge',
    name: 'betrace_ingest_topic_lag_records',
    help: 'Records of received Kafka topics that are not in the log yet, up to the end of the topic at the time of the scrape. `NaN`: the end is not known.',
    labels: ['topic', 'partition'],
  },
  inFlight: {
    type: 'gauge',
    name: 'betrace_ingest_in_flight_bytes',
    help: 'Bytes received and not yet acknowledged by the log.',
  },
} as const satisfies MetricDeclarations;
