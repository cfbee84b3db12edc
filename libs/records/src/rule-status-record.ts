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

/** Spans on which a rule met a value of another type. */
export interface RuleTypeFailure {
  /** `attempt to compare number with string`. */
  readonly error: string;
  /** The expression that reads the value (`attribute.amount`), and an example, if known. */
  readonly reading?: string;
  readonly example?: string;
  readonly count: number;
}
