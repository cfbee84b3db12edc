import type { PartitionListener, Position, RecordBatch, Subscription } from '../../libs/messaging/src/index.js';
import type { KafkaLog } from '../../libs/messaging/src/kafka/kafka-log.js';

/** A member of a group in this process. It notes the calls of its listener. */
export class GroupMember {
  readonly events: string[] = [];
  readonly generations: number[] = [];
  readonly partitions = new Set<number>();
  readonly working = new Set<number>();
  readonly committed = new Map<number, Position | undefined>();
  readonly batches: RecordBatch[] = [];
  subscription: Subscription | undefined;
  commitsEachBatch = false;
  onRecords: (batch: RecordBatch) => Promise<void> = async () => undefined;
  prepares: PartitionListener['prepare'];
  /** The partitions for which it prepares. */
  readonly preparing = new Set<number>();
  private readonly next = new Map<number, number>();

  get joined(): boolean {
    return this.subscription !== undefined;
  }

  get count(): number {
    return this.batches.reduce((sum, { records }) => sum + records.length, 0);
  }

  distinct(): number {
    return new Set(this.batches.flatMap(({ partition, records }) => records.map(({ offset }) => `${partition}/${offset}`))).size;
  }

  offsets(partition: number): number[] {
    return this.batches.filter((batch) => batch.partition === partition).flatMap(({ records }) => records.map(({ offset }) => offset));
  }

  async join(log: KafkaLog, topic: string, group: string, instanceId?: string): Promise<this> {
    const { prepares } = this;
    this.subscription = await log.subscribe({
      topic,
      group,
      idleInterval: 100,
      ...(instanceId === undefined ? {} : { instanceId }),
      listener: {
        assigned: async (partition, committed) => {
          this.events.push(`assigned ${partition}`);
          this.committed.set(partition, committed);
          this.partitions.add(partition);
          this.preparing.delete(partition);
          this.next.delete(partition);
          return undefined;
        },
        records: async (batch) => {
          this.working.add(batch.partition);
          await this.onRecords(batch);
          this.batches.push(batch);
          this.next.set(batch.partition, batch.records.at(-1)!.offset + 1);
          if (this.commitsEachBatch) await this.commit(batch.partition);
        },
        revoked: async (partition) => {
          await this.commit(partition).catch((error: Error) => this.events.push(`commit failed ${partition} ${error.message}`));
          this.events.push(`revoked ${partition}`);
          this.partitions.delete(partition);
        },
        failed: (error, partition) => void this.events.push(`failed ${partition} ${error.message}`),
        ...(prepares === undefined
          ? {}
          : {
              prepare: (partition: number, position: () => Promise<Position | undefined>) => {
                this.preparing.add(partition);
                return prepares(partition, position);
              },
              dismissed: (partition: number) => {
                this.preparing.delete(partition);
                this.events.push(`dismissed ${partition}`);
              },
            }),
      },
    });
    return this;
  }

  async commit(partition: number): Promise<void> {
    const offset = this.next.get(partition);
    if (offset !== undefined) await this.subscription!.commit(partition, { offset, metadata: 'first' });
  }
}
