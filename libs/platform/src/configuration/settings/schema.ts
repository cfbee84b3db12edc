import { SENSITIVE_ATTRIBUTES } from './attributes.js';
import { AUTHENTICATION } from './authentication.js';
import { CONSOLE } from './console.js';
import { SERVER } from './server.js';
import {
  attributeNames,
  bytes,
  choice,
  duration,
  durationFrom,
  flag,
  groupInstanceId,
  headers,
  integer,
  list,
  otlpEndpoint,
  type Setting,
  text,
} from './setting.js';
import { TRACING } from './tracing.js';

const MiB = 1024 * 1024;
const SECOND = 1_000;
const DAY = 24 * 60 * 60 * SECOND;
/** The minimum of durations that close traces (ms). A shorter one would close a trace between two requests, and judge each span alone. */
const MIN_WINDOW = 10;
/** The maximum of durations that close traces (ms): the range of the engine's times, rounded down. */
const MAX_WINDOW = 12 * DAY;

/**
 * Every configuration key, declared once: group and key give the key in `betrace.yaml` (`server.httpPort` is `server.http_port`) and its place in
 * `Configuration`. Loading, `docs/configuration.md` and the chart's values derive from it.
 */
export const SCHEMA = {
  server: SERVER,
  storage: {
    type: {
      type: choice('disk', 'memory'),
      env: ['BETRACE_STORAGE_TYPE'],
      flag: '--storage-type',
      doc: '`disk` stores everything under `storage.path` (default `/var/lib/betrace`); `memory` loses it when the process ends. Unset: `disk` when a path is set.',
    },
    path: {
      type: text,
      env: ['BETRACE_STORAGE_PATH'],
      flag: '--storage-path',
      doc: 'Directory of the log, rules and violations. Unset: memory only.',
    },
    databaseUrl: {
      type: text,
      env: ['DATABASE_URL'],
      secret: true,
      doc: 'PostgreSQL for rules and violations (`postgres://user:password@host/database`). Unset: SQLite under `storage.path`.',
    },
    violationRetention: {
      type: duration,
      env: ['BETRACE_VIOLATION_RETENTION'],
      default: 30 * DAY,
      doc: 'Violations older than this are deleted.',
    },
  },
  log: {
    partitions: {
      type: integer(1, 1_024),
      env: ['BETRACE_LOG_PARTITIONS'],
      default: 4,
      doc: 'Partitions of the embedded log, and of the topics that BeTrace creates in Kafka.',
    },
    retention: {
      type: duration,
      env: ['BETRACE_LOG_RETENTION'],
      default: DAY,
      doc: 'How long the log keeps spans after they were judged (the API reads traces from it).',
    },
  },
  kafka: {
    brokers: { type: list, env: ['KAFKA_BROKERS'], flag: '--kafka-brokers', default: [], doc: 'Kafka brokers. Unset: the embedded log.' },
    clientId: { type: text, env: ['KAFKA_CLIENT_ID'], default: 'betrace', doc: 'Client id that BeTrace sends to the brokers.' },
    replication: {
      type: integer(1, 9),
      env: ['KAFKA_REPLICATION_FACTOR'],
      default: 1,
      doc: 'Replication factor of topics that BeTrace creates.',
    },
    receiveTopics: {
      type: list,
      env: ['KAFKA_RECEIVE_TOPICS'],
      default: [],
      doc: 'Topics of other producers (a collector writes `otlp_spans`) that ingest reads and re-keys. `:otlp_proto` or `:otlp_json` after a name sets its encoding; otherwise it is detected for each record.',
    },
    sessionTimeout: {
      type: duration,
      env: ['KAFKA_SESSION_TIMEOUT'],
      default: 10 * SECOND,
      doc: 'Other processes take over the partitions of a process that sent no heartbeat for this long. The brokers set its bounds (`group.min.session.timeout.ms`).',
    },
    groupInstanceId: {
      type: groupInstanceId,
      env: ['KAFKA_GROUP_INSTANCE_ID'],
      doc: 'Name of this evaluator that outlives its process and that no other one has (static membership, Kafka 3.2 and later). Its partitions wait for its restart, for at most `kafka.session_timeout`. Unset: they move when it stops.',
    },
    tls: { type: flag, env: ['KAFKA_TLS'], default: false, doc: 'TLS to the brokers.' },
    tlsCa: { type: text, env: ['KAFKA_TLS_CA'], doc: 'File with the certificate authority (PEM) of the brokers.' },
    saslMechanism: {
      type: choice('plain', 'scram-sha-256', 'scram-sha-512'),
      env: ['KAFKA_SASL_MECHANISM'],
      doc: 'SASL mechanism. Unset: no SASL.',
    },
    saslUsername: { type: text, env: ['KAFKA_SASL_USERNAME'], doc: 'SASL user.' },
    saslPassword: { type: text, env: ['KAFKA_SASL_PASSWORD'], secret: true, doc: 'SASL password.' },
  },
  otlp: {
    endpoint: {
      type: otlpEndpoint,
      env: ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
      flag: '--otel-endpoint',
      doc: 'Endpoint for violations as OTLP spans, for instance `tempo:4317`. Unset: they are not exported.',
    },
    protocol: {
      type: choice('grpc', 'http/protobuf', 'http/json'),
      env: ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'],
      flag: '--otel-protocol',
      default: 'grpc',
      doc: 'Protocol of the export.',
    },
    headers: {
      type: headers,
      env: ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'OTEL_EXPORTER_OTLP_HEADERS'],
      default: {},
      secret: true,
      doc: 'Headers of each export (`name=value,…`), for instance an authorization.',
    },
    timeout: {
      type: duration,
      env: ['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', 'OTEL_EXPORTER_OTLP_TIMEOUT', 'OTEL_BSP_EXPORT_TIMEOUT'],
      default: 10 * SECOND,
      doc: 'How long one export may take before it is retried.',
    },
    batchSize: {
      type: integer(1, 100_000),
      env: ['BETRACE_OTLP_BATCH_SIZE', 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE'],
      default: 100,
      doc: 'Maximum of violations in one export. Waiting violations are in the violations log: there is no queue that could overflow.',
    },
  },
  rules: {
    maxRules: { type: integer(1, 100_000), env: ['BETRACE_MAX_RULES'], default: 1_000, doc: 'Maximum number of rules.' },
    maxExpressionLength: {
      type: integer(1, 1_000_000),
      env: ['BETRACE_MAX_EXPRESSION_LENGTH'],
      default: 10_000,
      doc: "Maximum number of characters in a rule's expression.",
    },
    checkTimeout: {
      type: duration,
      env: ['BETRACE_CHECK_TIMEOUT'],
      default: 10 * SECOND,
      doc: 'How long checking a saved or validated rule may take, or testing one on spans (`POST /v1/rules/test`), in a thread of its own.',
    },
    evaluationTimeout: {
      type: duration,
      env: ['BETRACE_EVALUATION_TIMEOUT'],
      default: 100,
      doc:
        'How long a rule (a script, or an expression about all pairs of spans) may take on one trace before it is undecided. It is counted in steps, 10,000 to a millisecond, ' +
        'so that a replay of the log gives the same verdicts.',
    },
    previewConcurrency: {
      type: integer(1, 16),
      env: ['BETRACE_PREVIEW_CONCURRENCY'],
      default: 1,
      doc: 'Previews (`POST /v1/rules/preview`) that a process runs at once; eight more may wait.',
    },
    previewTimeout: {
      type: duration,
      env: ['BETRACE_PREVIEW_TIMEOUT'],
      default: 10 * 60 * SECOND,
      doc: 'How long a preview may run.',
    },
    previewLoad: {
      type: integer(1, 100),
      env: ['BETRACE_PREVIEW_LOAD'],
      default: 10,
      doc: 'The share of one core, in percent, that a preview may use. On Linux its thread also has the lowest priority, unless the log is in memory.',
    },
  },
  traces: {
    rootGrace: {
      type: durationFrom(MIN_WINDOW, MAX_WINDOW),
      env: ['BETRACE_TRACE_ROOT_GRACE'],
      default: 2 * SECOND,
      testDefault: 200,
      doc: 'A trace whose root has arrived closes when no span came for this long; 10 ms at least.',
    },
    idleTimeout: {
      type: durationFrom(MIN_WINDOW, MAX_WINDOW),
      env: ['BETRACE_TRACE_IDLE_TIMEOUT'],
      default: 10 * SECOND,
      testDefault: SECOND,
      doc: 'A trace closes when no span came for this long; 10 ms at least.',
    },
    maxAge: {
      type: durationFrom(MIN_WINDOW, MAX_WINDOW),
      env: ['BETRACE_TRACE_MAX_AGE'],
      default: 60 * SECOND,
      doc: 'A trace closes when its first span came this long ago; 10 ms at least.',
    },
    lateWindow: {
      type: durationFrom(0, MAX_WINDOW),
      env: ['BETRACE_TRACE_LATE_WINDOW'],
      default: 30 * SECOND,
      doc: 'A closed trace is remembered, and judged again when a late span comes, until no span came for `traces.idle_timeout` and this long together.',
    },
    retryWindow: {
      type: durationFrom(0, MAX_WINDOW),
      env: ['BETRACE_TRACE_RETRY_WINDOW'],
      default: 300 * SECOND,
      doc: 'How long a span is remembered after it came. If a sender sends it again after its trace was forgotten, it is a duplicate, and not a trace of its own. 0: it is not remembered.',
    },
    retrySpans: {
      type: integer(1, 100_000_000),
      env: ['BETRACE_TRACE_RETRY_SPANS'],
      default: 2_000_000,
      doc: 'Maximum of spans that each partition remembers for `traces.retry_window`: the last ones. Each takes 8 bytes, or 15 while spans come again, and each trace 11 to 18.',
    },
    maxSpans: {
      type: integer(2, 10_000_000),
      env: ['BETRACE_TRACE_MAX_SPANS'],
      default: 32_000,
      doc: 'A trace closes when it has this many spans; 2 at least.',
    },
    tolerance: {
      type: durationFrom(0, MAX_WINDOW),
      env: ['BETRACE_TRACE_TOLERANCE'],
      default: 1,
      doc: 'The clock difference between services that rules about order tolerate.',
    },
    memoryBudget: {
      type: bytes,
      env: ['BETRACE_TRACE_MEMORY_BUDGET'],
      default: 256 * MiB,
      doc: 'Memory for open and remembered traces, per partition. While they take more, receivers refuse spans for this partition (503, UNAVAILABLE); nothing is evicted.',
    },
  },
  evaluator: {
    threads: {
      type: integer(1, 256),
      env: ['BETRACE_EVALUATOR_THREADS'],
      default: 1,
      doc: 'Worker threads that evaluate; the partitions are spread over them.',
    },
  },
  compliance: {
    signatureKeyEnv: {
      type: text,
      env: ['BETRACE_SIGNATURE_KEY_ENV'],
      default: 'BETRACE_SIGNATURE_KEY',
      doc: 'Name of the environment variable that holds the signature key.',
    },
    signatureKey: {
      type: text,
      env: ['BETRACE_SIGNATURE_KEY'],
      secret: true,
      doc: 'Secret for the HMAC-SHA256 signatures of violations (`openssl rand -base64 32`). Unset, and no `signature_key_file`: in development `changeme`; with a storage path a key made once and kept there as `signature.key`; otherwise an error.',
    },
    signatureKeyFile: {
      type: text,
      env: ['BETRACE_SIGNATURE_KEY_FILE'],
      doc: 'File that holds the signature key, as Docker and Kubernetes mount secrets; read when the key itself is not set.',
    },
    formerSignatureKeysFile: {
      type: text,
      env: ['BETRACE_FORMER_SIGNATURE_KEYS_FILE'],
      doc: 'File with former signature keys, one to a line: the API verifies their signatures. Lines that begin with `#` are comments.',
    },
    newSignatureKey: {
      type: flag,
      env: ['BETRACE_NEW_SIGNATURE_KEY'],
      default: false,
      doc: 'Creates a new `signature.key` in the storage path although violations there are signed with a key that is lost; set it for one start.',
    },
    privateKey: {
      type: text,
      env: ['BETRACE_PRIVATE_KEY'],
      secret: true,
      doc: 'Ed25519 private key (PEM, or the path of a PEM file): violations get a second signature that needs no secret to verify.',
    },
    emitEvidence: {
      type: flag,
      env: ['BETRACE_EMIT_EVIDENCE'],
      default: true,
      doc: 'Exports spans with explanation and signature, and evidence of traces that comply with rules that have `emit_evidence`.',
    },
    evidenceRate: {
      type: integer(0, 100_000),
      env: ['BETRACE_EVIDENCE_RATE'],
      default: 10,
      doc: 'Maximum of complying traces per second that are exported as evidence, for each partition of the spans log. Rules with `emit_evidence` share it equally. `betrace_evidence_withheld_total` counts the others. 0: none.',
    },
  },
  authentication: AUTHENTICATION,
  console: CONSOLE,
  notifications: {
    file: {
      type: text,
      env: ['BETRACE_NOTIFICATIONS_FILE'],
      doc: 'File (YAML or JSON) with receivers of notifications about violations: Alertmanagers and webhooks. Unset: none.',
    },
  },
  attributes: {
    sensitive: {
      type: attributeNames,
      env: ['BETRACE_ATTRIBUTES_SENSITIVE'],
      default: SENSITIVE_ATTRIBUTES,
      doc: 'Names of attributes of spans and resources whose values `GET /v1/attributes` never shows. `*` stands for any text; case does not matter. The setting replaces the default.',
    },
  },
  metrics: {
    maxServices: {
      type: integer(1, 100_000),
      env: ['BETRACE_METRICS_MAX_SERVICES'],
      default: 200,
      doc: 'Maximum of services with series of their own in `/metrics`. Further services of a process are counted under `other`.',
    },
  },
  logging: {
    level: {
      type: choice('debug', 'info', 'warn', 'error'),
      env: ['LOG_LEVEL'],
      flag: '--log-level',
      default: 'info',
      doc: 'Least severe level that is logged.',
    },
    format: {
      type: choice('json', 'text'),
      env: ['LOG_FORMAT'],
      flag: '--log-format',
      default: 'json',
      doc: '`json` (one object a line) or `text` (for people; the default on a terminal).',
    },
    violationsPerSecond: {
      type: integer(0, 10_000),
      env: ['BETRACE_LOG_VIOLATIONS_PER_SECOND'],
      default: 10,
      doc: 'Maximum of log lines a second for violations (level `info`, with `betrace_violation_severity`), one for each that the API stores. A line counts the omitted ones. 0: none.',
    },
  },
  tracing: TRACING,
  process: {
    environment: {
      type: choice('development', 'production'),
      env: ['BETRACE_ENVIRONMENT'],
      flag: '--environment',
      doc: 'In `production` the signature key `changeme` is refused. Unset: `development` when nothing is durable (no storage path, database or Kafka).',
    },
    testMode: {
      type: flag,
      env: ['BETRACE_TEST_MODE'],
      flag: '--test-mode',
      default: false,
      doc: 'For CI: memory only, and traces close earlier, unless configured otherwise.',
    },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Setting<unknown>>>>>;
