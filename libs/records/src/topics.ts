/** The names of the topics. */
export const TOPICS = {
  /** OTLP ExportTraceServiceRequest, partitioned by trace id; also ticks and epoch markers. */
  spans: 'betrace.spans',
  /** Signed violations as JSON, partitioned like the spans. */
  violations: 'betrace.violations',
  /** Rule sets by epoch as JSON, one partition. */
  rules: 'betrace.rules',
  /** Errors of rules in one partition, as JSON. */
  ruleStatus: 'betrace.rule-status',
  /** The full partitions of the spans log as JSON, one partition. */
  fullPartitions: 'betrace.full-partitions',
  /** Records that could not be processed, with the reason. */
  deadLetters: 'betrace.spans.dead',
} as const;

/** The group in which evaluators share the partitions of the spans log. */
export const EVALUATORS = 'betrace-evaluator';
