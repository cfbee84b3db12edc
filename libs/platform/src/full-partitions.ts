import { Injectable } from '@nestjs/common';

/**
 * Partitions whose traces exceed the memory budget (`traces.memory_budget`). The evaluators of a process report them here, and its receivers refuse spans for
 * them until the evaluators report otherwise. Meanwhile log time passes, and closes traces.
 */
@Injectable()
export class FullPartitions {
  private readonly reported = new Map<string, readonly number[]>();
  private full: ReadonlySet<number> = new Set();

  /** The full partitions of one evaluator; replaces its former ones. */
  report(evaluator: string, partitions: readonly number[]): void {
    if (partitions.length === 0 && !this.reported.has(evaluator)) return;
    if (partitions.length === 0) this.reported.delete(evaluator);
    else this.reported.set(evaluator, partitions);
    this.full = new Set([...this.reported.values()].flat());
  }

  has(partition: number): boolean {
    return this.full.has(partition);
  }
}
