import { setTimeout as pause } from 'node:timers/promises';
import type { Position } from '#messaging';
import { TOPICS } from '#records';
import { AssignedPartition } from './assigned-partition.js';
import type { PartitionTools } from './partition-tools.js';

/** Milliseconds between two reads of the owner's position, which it commits once a second. */
const FOLLOW_MS = 500;
/** A run that caught up with the owner within this time (ms) is ready. */
const READY_MS = 1_000;

/**
 * A run of a partition that another evaluator still owns. It reads the context and judges what the owner has judged and published. It publishes nothing
 * itself, and stays close behind the owner until the partition comes (docs/decisions/0062).
 */
export class Preparation {
  private run: AssignedPartition | undefined;
  private readonly stopping = new AbortController();
  private following: Promise<void> | undefined;

  constructor(
    private readonly partition: number,
    /** The owner's committed position. */
    private readonly position: () => Promise<Position | undefined>,
    private readonly tools: PartitionTools,
  ) {}

  /** Resolves when the run is close behind the owner; it follows until `stop`. Rejects when the log cannot be read: then there is no run. */
  async begin(): Promise<void> {
    const ready = Promise.withResolvers<void>();
    this.following = this.follow(ready.resolve)
      .catch((error: unknown) => {
        this.run = undefined;
        ready.reject(error);
      })
      .finally(ready.resolve);
    await ready.promise;
  }

  /** The run, if it has come far enough to take over the partition at `position`. */
  async takenUp(position: Position | undefined): Promise<AssignedPartition | undefined> {
    await this.stop();
    // By the current topic of the group, because the log may be another one since.
    return this.run !== undefined && (await this.position()) !== undefined && (await this.run.takeUp(position)) ? this.run : undefined;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.following;
  }

  private async follow(ready: () => void): Promise<void> {
    const position = await this.position();
    if (position === undefined) return;
    this.run = await AssignedPartition.prepare(this.partition, position, this.tools);
    for (;;) {
      const from = this.tools.monotonic();
      await this.catchUp(this.run);
      if (this.stopped || this.run === undefined) return;
      if (this.tools.monotonic() - from < READY_MS) {
        ready();
        await pause(FOLLOW_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
      if (this.stopped) return;
    }
  }

  /** Reads up to the offset before which the owner has published everything. */
  private async catchUp(run: AssignedPartition): Promise<void> {
    const { log } = this.tools;
    const handOver = run.handOver(await this.position());
    if (handOver === undefined) {
      this.run = undefined;
      return;
    }
    for await (const batch of log.read(TOPICS.spans, this.partition, run.startAt, handOver.offset)) {
      if (this.stopped) return;
      // Retention deleted records, unless the log merely has none at these offsets.
      if (batch.records[0]!.offset > run.startAt && (await log.bounds(TOPICS.spans, this.partition)).start > run.startAt) {
        this.run = undefined;
        return;
      }
      await run.follow(batch);
    }
  }

  private get stopped(): boolean {
    return this.stopping.signal.aborted;
  }
}
