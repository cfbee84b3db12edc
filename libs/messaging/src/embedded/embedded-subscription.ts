import type { Position, SubscribeOptions, Subscription } from '../log.js';
import { logProblem } from '../problems.js';
import { PartitionReader } from './partition-reader.js';
import type { Storage } from './storage/storage.js';

/** A member of a group with its given partitions, or all; partitions never move between members. */
export class EmbeddedSubscription implements Subscription {
  readonly #readers: ReadonlyMap<number, PartitionReader>;

  constructor(
    storage: Storage,
    readonly options: SubscribeOptions,
    readonly partitions: readonly number[],
    now: () => number,
    readonly closed: (subscription: EmbeddedSubscription) => void,
  ) {
    this.#readers = new Map(partitions.map((partition) => [partition, new PartitionReader(storage, partition, options, now)]));
  }

  async commit(partition: number, position: Position): Promise<void> {
    this.#reader(partition).commit(position);
  }

  pause(partition: number): void {
    this.#reader(partition).pause();
  }

  resume(partition: number): void {
    this.#reader(partition).resume();
  }

  /** Deliveries are not gathered. */
  hurry(): void {}

  readonly staysMember = false;

  async handOver(): Promise<void> {}

  async close(): Promise<void> {
    await Promise.all([...this.#readers.values()].map((reader) => reader.stop()));
    this.closed(this);
  }

  #reader(partition: number): PartitionReader {
    const reader = this.#readers.get(partition);
    if (reader === undefined) {
      throw logProblem('BT_LOG_NOT_ASSIGNED', { topic: this.options.topic, partition, group: this.options.group });
    }
    return reader;
  }
}
