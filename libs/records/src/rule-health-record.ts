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
