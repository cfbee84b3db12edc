/**
 * A record of the rule status log: the closed traces of a partition in one hour of log time, by the rule set in force when they opened. It holds parts of 10 s,
 * from part `first` of the hour on. The highest count of any evaluator counts for each part (docs/decisions/0053).
 */
export interface ClosedTracesRecord {
  readonly kind: 'traces';
  readonly partition: number;
  /** Whole hours since 1970. */
  readonly hour: number;
  readonly epochs: readonly (readonly [epoch: number, first: number, counts: readonly number[]])[];
}

/** Keys repeat after 25 hours. */
export function closedTracesKey(partition: number, hour: number): string {
  return `/traces/${partition}/${hour % 25}`;
}
