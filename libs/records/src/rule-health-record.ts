/** Maximum of rules in a record, so that none exceeds a broker's limit. */
export const HEALTH_RULES = 2_000;

/**
 * A record of the rule status log: the counts of the rules' evaluation in one partition in one hour of log time. A later record of the same evaluator and hour
 * includes the counts of earlier ones.
 */
export interface RuleHealthRecord {
  readonly kind: 'health';
  readonly partition: number;
  /** Whole hours since 1970. */
  readonly hour: number;
  readonly part: number;
  /** Each evaluator counts from 0. */
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

/** Keys repeat after 25 hours, so the log keeps about a day. */
export function healthKey(partition: number, hour: number, part: number): string {
  return `/health/${partition}/${hour % 25}/${part}`;
}
