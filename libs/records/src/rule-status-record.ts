/**
 * A record of the rule status log: the errors of one version of a rule in one partition since its evaluator took the partition over. The key is `<rule
 * id>/<partition>`, or `<rule id>/store/<partition>`; a later record replaces an earlier one.
 */
export interface RuleStatusRecord {
  readonly rule_id: string;
  readonly rule_version: number;
  readonly partition: number;
  /** The reporter: the evaluator or, for violations that the store refuses, `store`. Absent: the evaluator. */
  readonly source?: 'store';
  /** Failed evaluations, and violations in the dead letters. */
  readonly errors: number;
  readonly last_error: string;
  /** Unix milliseconds, log time. */
  readonly last_error_at_ms: number;
  /** The first few kinds of errors that concern a value of an unexpected type. */
  readonly type_failures?: readonly RuleTypeFailure[];
}

/** Spans on which a rule read a value of an unexpected type. */
export interface RuleTypeFailure {
  /** `attempt to compare number with string`. */
  readonly error: string;
  /** The expression that reads the value (`attribute.amount`), and an example, if known. */
  readonly reading?: string;
  readonly example?: string;
  readonly count: number;
}
