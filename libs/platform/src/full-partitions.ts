import { Injectable } from '@nestjs/common';

/**
 * Partitions whose traces take all the memory they may (`traces.memory_budget`): the evaluators of a process say so here, and
 * its receivers refuse spans for them until it has passed. Time passes in the log meanwhile, and closes traces.
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
