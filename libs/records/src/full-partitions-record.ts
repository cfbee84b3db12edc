/** What an evaluator says of the partitions that it has: those that are full. It says so again while it holds. */
export interface FullPartitionsRecord {
  /** Its name, which is the key too. */
  readonly evaluator: string;
  readonly partitions: readonly number[];
}
