import type { MetricDeclaration, MetricDeclarations } from '#platform';

/** What the evaluator measures. Received spans = evaluated + rejected + duplicates + conflicts + superseded (+ BeTrace's own). */
export const EVALUATOR_METRICS = {
  spansEvaluated: {
    type: 'counter',
    name: 'betrace_spans_evaluated_total',
    help: 'Spans that were judged by the rules, once each; again what a partition reads again after a crash, or after its evaluator lost its membership.',
  },
  spansDuplicate: {
    type: 'counter',
    name: 'betrace_spans_duplicates_total',
    help: 'Spans read from the log that came before, by kind: `in_trace`, their trace had them already (same ids, same content); `retried`, their trace was forgotten meanwhile (`traces.retry_window`).',
    labels: ['kind'],
  },
  spansConflicting: {
    type: 'counter',
    name: 'betrace_spans_conflicting_total',
    help: 'Spans read from the log that their trace had already with other content. Each form is judged; see docs/dsl.md.',
  },
  spansSuperseded: {
    type: 'counter',
    name: 'betrace_spans_superseded_total',
    help: 'Forms of spans in progress for which the final form stands, or a later one in progress; they are not judged.',
  },
  retriesForgotten: {
    type: 'counter',
    name: 'betrace_retries_forgotten_total',
    help: 'Spans that are not known as retries any more if they come again, though `traces.retry_window` has not passed: more than `traces.retry_spans` came since.',
  },
  retryMemory: {
    type: 'gauge',
    name: 'betrace_retry_memory_bytes',
    help: 'Memory of the spans that are known for `traces.retry_window`. It is not part of `traces.memory_budget`.',
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
    help: 'Records of the spans log (one or more spans each) that were deleted before they were evaluated, by its retention or from its files by somebody: nothing judges them.',
  },
  logsReplaced: {
    type: 'counter',
    name: 'betrace_spans_log_replaced_total',
    help: 'Partitions of the spans log that turned out to be another log (the topic was deleted and made anew, or lost records) and are read from their beginning.',
  },
  tracesLost: {
    type: 'counter',
    name: 'betrace_traces_lost_total',
    help: 'Traces that were open when their partition of the spans log turned out to be another log: what they lack is gone, and no rule that is judged at the close of a trace says anything of them.',
  },
  spansMisplaced: {
    type: 'counter',
    name: 'betrace_spans_misplaced_total',
    help: 'Spans that a producer wrote into another partition than that of their trace; they were moved to it.',
  },
  ruleEvaluations: {
    type: 'counter',
    name: 'betrace_rule_evaluations_total',
    help: 'What a rule has judged: spans, of a rule about spans (`span.…`); traces, of a rule about traces. Each counts once, also where late spans let the trace be judged again. Told once a second.',
    labels: ['rule_id'],
  },
  ruleTime: {
    type: 'counter',
    name: 'betrace_rule_evaluation_seconds_total',
    help: 'Time that rules took, by rule, estimated: of rules that see the spans of closed traces one judgement in 4 is timed, of those that keep bits and counters all on one trace in 16, and the conditions of all rules on one record in 16. The latter is one function for all, whose time is divided by what each condition is estimated to cost. Explanations of violations are not in it.',
    labels: ['rule_id'],
  },
  ruleMatches: {
    type: 'counter',
    name: 'betrace_rule_matches_total',
    help: 'Violations that a rule found, before they are published; later revisions of one are not counted again. What a partition reads again after a crash or a lost membership is.',
    labels: ['rule_id'],
  },
  ruleEvaluationDuration: {
    type: 'histogram',
    name: 'betrace_rule_evaluation_duration_seconds',
    help: 'Time to take one record of the spans log through all rules.',
    buckets: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
  },
  ruleEvaluationErrors: {
    type: 'counter',
    name: 'betrace_rule_evaluation_errors_total',
    help: 'Evaluations that ended in an error, which is not a match, by what it says (of many errors in one record some stand for all, except those of a comparison with a number); beyond 20 texts of a rule `error` is `other errors`, and it is empty in the series with which a rule begins at 0.',
    labels: ['rule_id', 'error'],
  },
  violations: {
    type: 'counter',
    name: 'betrace_violations_total',
    help: 'Violations published; revisions that only tell other evidence of what is open are not counted again; those that are published again after a crash or a lost membership are (the store keeps each once). Beyond `metrics.max_services` services, `service_name` is `other`; it is empty in the series with which a rule begins at 0. `fragment` is `true` for what was judged on a part of a trace, or without its root.',
    labels: ['severity', 'rule_id', 'rule_name', 'service_name', 'fragment'],
  },
  shadowMatches: {
    type: 'counter',
    name: 'betrace_shadow_matches_total',
    help: 'What would be violations if the rule were enforced: matches of rules in the mode `shadow`, which are not in `betrace_violations_total`. Later revisions of one are not counted again; what a partition reads again after a crash is.',
    labels: ['severity', 'rule_id', 'rule_name'],
  },
  shadowRetracted: {
    type: 'counter',
    name: 'betrace_shadow_retracted_total',
    help: 'Matches of rules in the mode `shadow` that a late span took back.',
    labels: ['rule_id'],
  },
  violationsSetAside: {
    type: 'counter',
    name: 'betrace_violations_set_aside_total',
    help: 'Violations that could not be signed, or that the log refuses for good, by rule and reason; they are kept in the dead letter topic.',
    labels: ['rule_id', 'reason'],
  },
  evaluationDefects: {
    type: 'counter',
    name: 'betrace_evaluation_defects_total',
    help: 'Records of the spans log whose evaluation ended in a defect of BeTrace; they are kept in the dead letter topic.',
    labels: ['partition'],
  },
  violationsRetracted: {
    type: 'counter',
    name: 'betrace_violations_retracted_total',
    help: 'Violations taken back because a late span showed that the rule holds.',
    labels: ['rule_id'],
  },
  undecided: {
    type: 'counter',
    name: 'betrace_undecided_total',
    help: 'Traces and spans on which a rule could not be judged, by reason; also those of which no record of their own tells. See docs/dsl.md.',
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
    help: '1 while the partition cannot be evaluated; `/ready` says why, and it is tried again.',
    labels: ['partition'],
  },
  lag: {
    type: 'gauge',
    name: 'betrace_evaluator_lag_records',
    help: 'Records of the spans log that are not evaluated yet, from its end when it is scraped, also of a partition that is stuck. `NaN`: the end is not known.',
    labels: ['partition'],
  },
  logTimeAhead: {
    type: 'gauge',
    name: 'betrace_log_time_ahead_seconds',
    help: "By how much the partition's log time is ahead of this machine's clock; 0 up to a second. A wall clock was ahead, or (Kafka) a producer gave timestamps.",
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
    help: 'Attempts to append violations to the log that failed and are repeated.',
  },
  threadRestarts: {
    type: 'counter',
    name: 'betrace_evaluator_thread_restarts_total',
    help: 'Evaluator threads that ended by a defect and were started again.',
  },
} as const satisfies MetricDeclarations;

/** The gauges of one partition: their series go with the partition. Lag is measured by the main thread. */
export const PARTITION_GAUGES = (Object.keys(EVALUATOR_METRICS) as (keyof typeof EVALUATOR_METRICS)[]).filter((key) => {
  const declaration: MetricDeclaration = EVALUATOR_METRICS[key];
  return declaration.type === 'gauge' && declaration.labels?.includes('partition') && key !== 'lag';
});
