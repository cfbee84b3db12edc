/** The topics, named once. */
export const TOPICS = {
  /** OTLP ExportTraceServiceRequest, partitioned by trace id; ticks and epoch markers between. */
  spans: 'betrace.spans',
  /** Signed violations as JSON, partitioned like the spans. */
  violations: 'betrace.violations',
  /** Rule sets by epoch as JSON, one partition. */
  rules: 'betrace.rules',
  /** Errors of rules in one partition, as JSON. */
  ruleStatus: 'betrace.rule-status',
  /** Which partitions of the spans log take all the memory they may, as JSON, one partition. */
  fullPartitions: 'betrace.full-partitions',
  /** Records that could not be read, with their reason. */
  deadLetters: 'betrace.spans.dead',
} as const;

/** The group in which evaluators share the partitions of the spans log. */
export const EVALUATORS = 'betrace-evaluator';

/** The header of control records in the spans log, and of the answers to barriers in the violations log. */
export const CONTROL_HEADER = 'betrace-control';
export const CONTROL_TICK = 'tick';
export const CONTROL_EPOCH_PREFIX = 'epoch:';
/**
 * Beside an epoch marker: the rule set in force before it. A marker that is only written again has its own; one behind which the log has no
 * earlier one (a new cluster) says by it which rules hold for what lies before.
 */
export const EPOCH_BEFORE_HEADER = 'betrace-epoch-before';
/** In every partition of the spans log, `barrier:<id>`: asks when all that lies before it is judged. */
export const CONTROL_BARRIER_PREFIX = 'barrier:';
/** In the violations log, behind the verdicts: `settled:<id>`, all is judged; `open:<id>:<n>`, n traces are still open. */
export const CONTROL_SETTLED_PREFIX = 'settled:';
export const CONTROL_OPEN_PREFIX = 'open:';
/** For this many ms before this record nothing could be appended to the log (docs/decisions/0019). */
export const CONTROL_PAUSE_PREFIX = 'pause:';

/** A receiver of spans could append one now; written to each quiet partition, in Kafka only (docs/decisions/0019). */
export const CONTROL_ALIVE = 'alive';

/** A record of the rules log: the rule set of an epoch, as changes to the one before, or whole (`snapshot`). */
export interface RuleSetRecord {
  readonly epoch: number;
  readonly snapshot?: readonly PublishedRule[];
  readonly changes?: readonly ({ readonly put: PublishedRule } | { readonly remove: string })[];
  /** The rules of an epoch that was lost, as they were when somebody said so: those under which its spans were judged may have been others. */
  readonly replaced?: true;
}

/** An enabled rule as published to the evaluators (disabled and deleted rules are absent). */
export interface PublishedRule {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly expression: string;
  readonly severity: 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW';
  readonly message?: string;
  /** The verdict on a value of another type than the rule expects; `no_match` without it. */
  readonly onError?: 'no_match' | 'undecided' | 'violation';
  /** `shadow`: judged, and no violation comes of it. Without it the rule is enforced; an evaluator from before it enforces every rule. */
  readonly mode?: 'shadow';
}

/**
 * A record of the rule status log: the errors of one version of a rule in one partition, as many as its evaluator has seen
 * since it took the partition over. The key is `<rule id>/<partition>`, or `<rule id>/store/<partition>`; a later record replaces the earlier one.
 */
export interface RuleStatusRecord {
  readonly rule_id: string;
  readonly rule_version: number;
  readonly partition: number;
  /** Who tells: the evaluator, or, of violations that it refuses, the `store`. Absent: the evaluator. */
  readonly source?: 'store';
  /** Evaluations that failed, and violations that were set aside. */
  readonly errors: number;
  readonly last_error: string;
  /** Unix milliseconds, log time. */
  readonly last_error_at_ms: number;
  /** Of the errors those about a value that is there, of another type than the rule can take: the first few kinds. */
  readonly type_failures?: readonly RuleTypeFailure[];
}

/** Rules that a health record holds at most, so that none is larger than a broker takes. */
export const HEALTH_RULES = 2_000;

/**
 * A record of the rule status log: what the evaluation of the rules came to in one partition in one hour of the log's time. Of an hour a later
 * record of one evaluator has all that an earlier one had.
 */
export interface RuleHealthRecord {
  readonly kind: 'health';
  readonly partition: number;
  /** Whole hours since 1970. */
  readonly hour: number;
  readonly part: number;
  /** Another evaluator counts from 0. */
  readonly evaluator: string;
  readonly rules: readonly (readonly [
    id: string,
    evaluations: number,
    matches: number,
    errors: number,
    undecided: number,
    milliseconds: number,
  ])[];
}

/** Keys come round after 25 hours: the log keeps a day, and no more. */
export function healthKey(partition: number, hour: number, part: number): string {
  return `/health/${partition}/${hour % 25}/${part}`;
}

/**
 * A record of the rule status log: how many traces of a partition closed in one hour of the log's time, by the rule set under which they opened. It holds parts
 * of 10 s, from part `first` of the hour on. For each part the highest count of any evaluator holds (docs/decisions/0053).
 */
export interface ClosedTracesRecord {
  readonly kind: 'traces';
  readonly partition: number;
  /** Whole hours since 1970. */
  readonly hour: number;
  readonly epochs: readonly (readonly [epoch: number, first: number, counts: readonly number[]])[];
}

/** Keys come round after 25 hours. */
export function closedTracesKey(partition: number, hour: number): string {
  return `/traces/${partition}/${hour % 25}`;
}

/** Samples of a rule in shadow that an evaluator keeps of one partition. */
export const SHADOW_SAMPLES = 10;

/**
 * A record of the rule status log: the last verdicts of a rule in shadow in one partition, published nowhere else. A later record
 * replaces the earlier one.
 */
export interface ShadowSamplesRecord {
  readonly kind: 'shadow';
  readonly rule_id: string;
  readonly partition: number;
  /** Oldest first, one of each id. */
  readonly samples: readonly ShadowSample[];
}

/** A verdict of a rule in shadow, in the names of a violation; `explanation` is absent when it is too large to be kept. */
export interface ShadowSample {
  readonly id: string;
  readonly revision: number;
  readonly status: 'open' | 'retracted' | 'undecided';
  readonly rule_version: number;
  readonly trace_id: string;
  readonly span_id: string;
  readonly service: string;
  /** Unix milliseconds, log time. */
  readonly timestamp_ms: number;
  readonly message: string;
  readonly explanation?: unknown;
}

export function shadowKey(ruleId: string, partition: number): string {
  return `/shadow/${ruleId}/${partition}`;
}

/** Spans on which a rule met a value of another type. */
export interface RuleTypeFailure {
  /** `attempt to compare number with string`. */
  readonly error: string;
  /** The expression that reads the value (`attribute.amount`), and an example, if known. */
  readonly reading?: string;
  readonly example?: string;
  readonly count: number;
}

/** What an evaluator says of the partitions that it has: those that are full. It says so again while it holds. */
export interface FullPartitionsRecord {
  /** Its name, which is the key too. */
  readonly evaluator: string;
  readonly partitions: readonly number[];
}

/**
 * A record of the violations log: the verdict in its REST names, signed. `signature` is over the canonical form (RFC 8785)
 * of everything but `signature` and `public_signature` (see `signing`).
 */
export interface ViolationRecord {
  readonly id: string;
  readonly revision: number;
  readonly status: 'open' | 'retracted' | 'undecided';
  /** Why there is no verdict, as a stable code and a text; only with the status `undecided`. */
  readonly undecided?: { readonly code: string; readonly reason: string };
  readonly rule_id: string;
  readonly rule_name: string;
  readonly rule_version: number;
  readonly severity: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly wire_trace_id: string;
  readonly wire_span_id: string;
  /** Unix milliseconds, log time. (The REST API's `timestamp` is seconds.) */
  readonly timestamp_ms: number;
  readonly service: string;
  readonly message: string;
  readonly explanation: unknown;
  readonly close_reason: string;
  readonly complete: boolean;
  /** A verdict on a part of a long trace, or on a trace that closed without its root; else absent. */
  readonly fragment?: boolean;
  readonly log: { readonly partition: number; readonly first_offset: number; readonly last_offset: number };
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
  readonly key_id: string;
  /** Hex HMAC-SHA256. */
  readonly signature: string;
  /** Base64 Ed25519 with the id of its key, when a private key is configured. */
  readonly public_signature?: { readonly key_id: string; readonly signature: string };
}

/** What a topic must be: created or verified when the log opens. */
export interface TopicSpecification {
  readonly name: string;
  readonly partitions: number;
  /** Records older than this (ms) may be deleted once all groups passed them; undefined keeps them. */
  readonly retention?: number;
  /** Keeps the last record per key; records without a key are kept. */
  readonly compacted?: boolean;
  /** The log says by control records when nothing could be appended: for how long (embedded log), or that it can be (Kafka). */
  readonly pauses?: boolean;
  /**
   * Bytes kept, about: beyond, records that all groups passed are deleted, the oldest first; when what is left is unread,
   * appends are refused as unavailable. Embedded log only; default in memory 256 MiB, on disk no bound.
   */
  readonly maxBytes?: number;
}

/**
 * The topics as BeTrace needs them: spans and violations over `partitions`, kept for `retention` ms; rules, their status, full
 * partitions and dead letters in one partition.
 */
export function topicSpecifications(options: { readonly partitions: number; readonly retention?: number }): readonly TopicSpecification[] {
  const aged = options.retention === undefined ? {} : { retention: options.retention };
  return [
    { name: TOPICS.spans, partitions: options.partitions, pauses: true, ...aged },
    { name: TOPICS.violations, partitions: options.partitions, ...aged },
    { name: TOPICS.rules, partitions: 1, compacted: true },
    { name: TOPICS.ruleStatus, partitions: 1, compacted: true },
    { name: TOPICS.fullPartitions, partitions: 1, compacted: true },
    { name: TOPICS.deadLetters, partitions: 1, ...aged },
  ];
}
