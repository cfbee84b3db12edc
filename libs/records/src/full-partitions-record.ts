/** The full partitions of one evaluator. It repeats the record while that holds. */
export interface FullPartitionsRecord {
  /** Its name, which is also the key. */
  readonly evaluator: string;
  readonly partitions: readonly number[];
}
