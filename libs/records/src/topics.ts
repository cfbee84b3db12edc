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
