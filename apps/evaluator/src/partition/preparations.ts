import type { Position } from '#messaging';
import type { AssignedPartition } from './assigned-partition.js';
import type { PartitionTools } from './partition-tools.js';
import { Preparation } from './preparation.js';

/** Maximum of partitions that read their context at a time, because they share the thread with those that are judged. */
const AT_ONCE = 2;

/** The partitions that an evaluator prepares for, before the group moves them to it. */
export class Preparations {
  private readonly all = new Map<number, Preparation>();
  private readonly waiting: (() => void)[] = [];
  private reading = 0;

  constructor(private readonly tools: PartitionTools) {}

  /** Resolves when the partition may come. */
  async prepare(partition: number, position: () => Promise<Position | undefined>): Promise<void> {
    const preparation = new Preparation(partition, position, this.tools);
    this.dismiss(partition);
    this.all.set(partition, preparation);
    if (this.reading === AT_ONCE) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.reading++;
    try {
      // Otherwise the partition has come meanwhile, or will not come.
      if (this.all.get(partition) === preparation) await preparation.begin();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.reading--;
      else next();
    }
  }

  /** A prepared run that can continue where the owner of the partition left it, if there is one. If the log fails, the next call finds the run again. */
  async takenUp(partition: number, position: Position | undefined): Promise<AssignedPartition | undefined> {
    const preparation = this.all.get(partition);
    const run = await preparation?.takenUp(position);
    if (this.all.get(partition) === preparation) this.all.delete(partition);
    return run;
  }

  dismiss(partition: number): void {
    void this.all.get(partition)?.stop();
    this.all.delete(partition);
  }

  /** Waits for none of them: they end at the next record, or when the log closes. */
  stop(): void {
    for (const partition of [...this.all.keys()]) this.dismiss(partition);
  }
}
