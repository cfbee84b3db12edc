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
