import type { MetricDeclaration, MetricDeclarations } from '#platform';

/** The evaluator's metrics. Received spans = evaluated + rejected + duplicates + conflicts + superseded (+ BeTrace's own). */
export const EVALUATOR_METRICS = {
  spansEvaluated: {
    type: 'counter',
    name: 'betrace_spans_evaluated_total',
    help: 'Spans judged by the rules, once each; spans that a partition reads again after a crash or a lost membership count again.',
  },
  spansDuplicate: {
    type: 'counter',
    name: 'betrace_spans_duplicates_total',
    help: 'Duplicate spans read from the log, by kind: `in_trace`, their trace has them already (same ids, same content); `retried`, their trace was forgotten meanwhile (`traces.retry_window`).',
    labels: ['kind'],
  },
  spansConflicting: {
    type: 'counter',
    name: 'betrace_spans_conflicting_total',
    help: 'Spans read from the log that their trace has already with other content. Each form is judged; see docs/dsl.md.',
  },
  spansSuperseded: {
    type: 'counter',
    name: 'betrace_spans_superseded_total',
    help: 'Forms of spans in progress that the final form, or a later one in progress, replaces; they are not judged.',
  },
  retriesForgotten: {
    type: 'counter',
    name: 'betrace_retries_forgotten_total',
    help: 'Spans forgotten before `traces.retry_window` has passed, because more than `traces.retry_spans` came since. If they come again, they are not recognised as retries.',
  },
  retryMemory: {
    type: 'gauge',
    name: 'betrace_retry_memory_bytes',
    help: 'Memory of the spans that are remembered for `traces.retry_window`. It is not part of `traces.memory_budget`.',
    labels: ['partition'],
  },
  spansRejected: {
    type: 'counter',
    name: 'betrace_spans_unreadable_total',
    help: 'Spans and records of the spans log that could not be read, by reason; they are kept in the dead letter topic.',
    labels: ['reason'],
  },
  spansExpired: {
    type: 'counter',
    name: 'betrace_spans_expired_total',
    help: 'Records of the spans log (one or more spans each) that were deleted before they were evaluated, by retention or by hand: nothing judges them.',
  },
  logsReplaced: {
    type: 'counter',
    name: 'betrace_spans_log_replaced_total',
    help: 'Partitions of the spans log that were replaced (the topic was deleted and created again, or lost records) and are read from their beginning.',
  },
  tracesLost: {
    type: 'counter',
    name: 'betrace_traces_lost_total',
    help: 'Traces that were open when their partition of the spans log was replaced. Their spans are lost, and no rule about whole traces judges them.',
  },
  spansMisplaced: {
    type: 'counter',
    name: 'betrace_spans_misplaced_total',
    help: 'Spans that a producer wrote to the wrong partition, and that were moved to the partition of their trace.',
  },
  ruleEvaluations: {
    type: 'counter',
    name: 'betrace_rule_evaluations_total',
    help: 'Evaluations by rule: spans for a rule about spans (`span.…`), traces for a rule about traces. Each counts once, also when its trace is judged again after late spans. Updated once a second.',
    labels: ['rule_id'],
  },
  ruleTime: {
    type: 'counter',
    name: 'betrace_rule_evaluation_seconds_total',
    help: 'Estimated time that a rule took. Rules that see the spans of closed traces are timed on one trace in 4, rules with bits and counters on one trace in 16. The conditions of all rules are one function, which is timed on one record in 16; its time is divided by the estimated cost of each condition. Explanations of violations are not included.',
    labels: ['rule_id'],
  },
  ruleMatches: {
    type: 'counter',
    name: 'betrace_rule_matches_total',
    help: 'Violations that a rule found, before they are published. Later revisions are not counted again, but violations that a partition finds again after a crash or a lost membership are.',
    labels: ['rule_id'],
  },
  ruleEvaluationDuration: {
    type: 'histogram',
    name: 'betrace_rule_evaluation_duration_seconds',
    help: 'Time to evaluate all rules on one record of the spans log.',
    buckets: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
  },
  ruleEvaluationErrors: {
    type: 'counter',
    name: 'betrace_rule_evaluation_errors_total',
    help: 'Evaluations that ended in an error, which is not a match, by its text. Of many errors in one record only some are counted, except those of a comparison with a number. Beyond 20 texts of a rule `error` is `other errors`; it is empty in the initial series with the value 0.',
    labels: ['rule_id', 'error'],
  },
  violations: {
    type: 'counter',
    name: 'betrace_violations_total',
    help: 'Violations published. Revisions that only change the evidence of an open violation are not counted again. Violations published again after a crash or a lost membership are (the store keeps each once). Beyond `metrics.max_services` services, `service_name` is `other`; it is empty in the initial series with the value 0. `fragment` is `true` for verdicts on a part of a trace, or without its root.',
    labels: ['severity', 'rule_id', 'rule_name', 'service_name', 'fragment'],
  },
  shadowMatches: {
    type: 'counter',
    name: 'betrace_shadow_matches_total',
    help: 'Matches of rules in the mode `shadow`, which are not in `betrace_violations_total`. Later revisions are not counted again, but matches that a partition finds again after a crash are.',
    labels: ['severity', 'rule_id', 'rule_name'],
  },
  shadowRetracted: {
    type: 'counter',
    name: 'betrace_shadow_retracted_total',
    help: 'Matches of rules in the mode `shadow` that were retracted after a late span.',
    labels: ['rule_id'],
  },
  violationsSetAside: {
    type: 'counter',
    name: 'betrace_violations_set_aside_total',
    help: 'Violations that could not be signed, or that the log refuses permanently, by rule and reason; they are in the dead letter topic.',
    labels: ['rule_id', 'reason'],
  },
  evidence: {
    type: 'counter',
    name: 'betrace_evidence_total',
    help: 'Traces that comply with a rule that has `emit_evidence`, published as evidence. What a partition publishes again after a crash counts again; its id is the same.',
    labels: ['rule_id'],
  },
  evidenceWithheld: {
    type: 'counter',
    name: 'betrace_evidence_withheld_total',
    help: 'Likewise, and not published, by reason: `rate` (`compliance.evidence_rate`), `not_signed`, `refused` permanently by the log. The compliance report counts these traces, too.',
    labels: ['rule_id', 'reason'],
  },
  evaluationDefects: {
    type: 'counter',
    name: 'betrace_evaluation_defects_total',
    help: 'Records of the spans log whose evaluation failed because of a defect of BeTrace; they are in the dead letter topic.',
    labels: ['partition'],
  },
  violationsRetracted: {
    type: 'counter',
    name: 'betrace_violations_retracted_total',
    help: 'Violations retracted after a late span.',
    labels: ['rule_id'],
  },
  undecided: {
    type: 'counter',
    name: 'betrace_undecided_total',
    help: 'Traces and spans on which a rule could not be judged, by reason, including those without a record of their own. See docs/dsl.md.',
    labels: ['rule_id', 'reason'],
  },
  tracesClosed: {
    type: 'counter',
    name: 'betrace_traces_closed_total',
    help: 'Traces judged at close, by the reason that closed them.',
    labels: ['reason'],
  },
  tracesOpen: {
    type: 'gauge',
    name: 'betrace_traces_open',
    help: 'Traces that may still get spans.',
    labels: ['partition'],
  },
  traceMemory: {
    type: 'gauge',
    name: 'betrace_trace_memory_bytes',
    help: 'Memory that open and remembered traces take.',
    labels: ['partition'],
  },
  waiting: {
    type: 'gauge',
    name: 'betrace_evaluator_waiting',
    help: '1 while the traces of the partition take more than `traces.memory_budget`: senders wait until some are forgotten.',
    labels: ['partition'],
  },
  partitionFailing: {
    type: 'gauge',
    name: 'betrace_evaluator_partition_failing',
    help: '1 while the partition cannot be evaluated and is retried; `/ready` says why.',
    labels: ['partition'],
  },
  lag: {
    type: 'gauge',
    name: 'betrace_evaluator_lag_records',
    help: 'Records of the spans log that are not evaluated yet, up to its end at the time of the scrape, also of a stuck partition. `NaN`: the end is not known.',
    labels: ['partition'],
  },
  logTimeAhead: {
    type: 'gauge',
    name: 'betrace_log_time_ahead_seconds',
    help: "By how much the partition's log time is ahead of this machine's clock; 0 up to a second. Cause: a wall clock was ahead, or (Kafka) a producer set timestamps.",
    labels: ['partition'],
  },
  epoch: {
    type: 'gauge',
    name: 'betrace_rules_epoch',
    help: 'Number of the rule set in force.',
    labels: ['partition'],
  },
  publishFailures: {
    type: 'counter',
    name: 'betrace_violation_publish_failures_total',
    help: 'Failed attempts to append violations to the log; they are retried.',
  },
  threadRestarts: {
    type: 'counter',
    name: 'betrace_evaluator_thread_restarts_total',
    help: 'Evaluator threads that ended because of a defect and were restarted.',
  },
} as const satisfies MetricDeclarations;

/** The gauges of one partition: their series end with the partition. The main thread measures lag. */
export const PARTITION_GAUGES = (Object.keys(EVALUATOR_METRICS) as (keyof typeof EVALUATOR_METRICS)[]).filter((key) => {
  const declaration: MetricDeclaration = EVALUATOR_METRICS[key];
  return declaration.type === 'gauge' && declaration.labels?.includes('partition') && key !== 'lag';
});
