import type { PartitionListener, Position } from '../../log.js';
import type { CommittedPosition } from '../read/partition-feed.js';

/** Maximum time (ms) of preparing: then a member takes its partitions as it is, so that none waits for one that cannot be read. */
const MAX_PREPARING_MS = 60_000;

export interface PreparingOptions {
  readonly listener: Pick<PartitionListener, 'prepare' | 'dismissed'>;
  /** The owner's committed position of a partition. */
  committed(partition: number): Promise<CommittedPosition | undefined>;
  /** The log that is read now. */
  topicId(): Promise<string | undefined>;
  /** This member is ready for all partitions that it prepares for. */
  ready(): void;
}

/** The partitions that a member prepares for, while others still work on them. */
export class Preparing {
  readonly #under = new Map<number, { ready: boolean }>();

  constructor(readonly options: PreparingOptions) {}

  /** The partitions that it is ready for. */
  get ready(): readonly number[] {
    return [...this.#under].filter(([, { ready }]) => ready).map(([partition]) => partition);
  }

  /** Sets the partitions to prepare for; those in `assigned` have come. */
  set(partitions: readonly number[], assigned: readonly number[]): void {
    for (const partition of this.#under.keys()) {
      if (partitions.includes(partition)) continue;
      this.#under.delete(partition);
      if (!assigned.includes(partition)) this.options.listener.dismissed?.(partition);
    }
    for (const partition of partitions) if (!this.#under.has(partition)) this.#begin(partition);
  }

  #begin(partition: number): void {
    const state = { ready: false };
    this.#under.set(partition, state);
    const end = (): void => {
      clearTimeout(timer);
      if (state.ready) return;
      state.ready = true;
      if (this.#under.get(partition) === state && [...this.#under.values()].every(({ ready }) => ready)) this.options.ready();
    };
    const timer = setTimeout(end, MAX_PREPARING_MS);
    timer.unref();
    // The member reads the unprepared part when it gets the partition.
    const prepared = this.options.listener.prepare?.(partition, this.#positionOf(partition)) ?? Promise.resolve();
    prepared.then(end, end);
  }

  /** The id of the log at the first query. */
  #positionOf(partition: number): () => Promise<Position | undefined> {
    let first: { readonly topicId: string | undefined } | undefined;
    return async () => {
      const topicId = await this.options.topicId();
      const committed = await this.options.committed(partition);
      first ??= { topicId };
      const other = [topicId, committed?.topicId].some((id) => id !== undefined && first?.topicId !== undefined && id !== first.topicId);
      return committed === undefined || other ? undefined : { offset: committed.offset, metadata: committed.metadata };
    };
  }
}
