/** A line of the benchmark table. Files in `cases/` export `cases: readonly BenchCase[]`. */
export interface BenchCase {
  readonly name: string;
  /** The unit of the value: `M spans/s`, `ns/span`, `MB`. */
  readonly unit: string;
  run(): Promise<BenchResult>;
}

export interface BenchResult {
  readonly value: number;
  readonly note?: string;
}
