import { setTimeout as pause } from 'node:timers/promises';
import { isClosedLog, LogError, logProblem } from '../../problems.js';
import type { Connection } from '../client/connection.js';
import { kafkaFailed, typeOf } from '../client/kafka-errors.js';
import { brokerError } from '../client/kafkajs.js';
import type { CommittedPosition } from '../read/partition-feed.js';
import { commitOffsets, type GroupMember } from './group-calls.js';
import { splitTopicId, withTopicId } from './position-text.js';

const METADATA_BYTES = 1024;
const COMMIT_MS = 10_000;
const AGAIN_MS = 50;
/** Kafka's code of UNKNOWN_MEMBER_ID. */
const UNKNOWN_MEMBER = 25;

/** The identity of a commit: a member of its group in a generation, or a reader that is not a member. */
export type Committer = Omit<GroupMember, 'groupId'>;

export const NO_MEMBER: Committer = { memberId: '', generationId: -1, instanceId: undefined };

interface Commit {
  readonly partition: number;
  readonly position: CommittedPosition;
  /** Whether the partition is still assigned to this member. */
  readonly held: () => boolean;
  readonly done: PromiseWithResolvers<void>;
}

/** The positions of a group in a topic. Commits that arrive while one is under way go together in the next. */
export class Positions {
  #waiting: Commit[] = [];
  #committing = false;

  constructor(
    readonly connection: Connection,
    readonly topic: string,
    readonly group: string,
    readonly committer: () => Committer,
    /** Another process has taken the name of this static member. */
    readonly fenced: () => void = () => undefined,
  ) {}

  async committed(partition: number): Promise<CommittedPosition | undefined> {
    const { responses } = await this.connection.withCoordinator(this.group, this.topic, (broker) =>
      broker.offsetFetch({ groupId: this.group, topics: [{ topic: this.topic, partitions: [{ partition }] }] }),
    );
    const found = responses.find(({ topic }) => topic === this.topic)?.partitions.find((one) => one.partition === partition);
    if (found && found.errorCode !== 0) throw brokerError(found.errorCode);
    const offset = Number(found?.offset ?? -1);
    return offset < 0 ? undefined : { offset, ...splitTopicId(found?.metadata ?? '') };
  }

  /** Rejects BT_LOG_METADATA_TOO_LONG; BT_LOG_NOT_ASSIGNED when `held` says that the partition is no longer this member's; or a LogUnavailable (BT_LOG_CLOSED at once). */
  async commit(partition: number, position: CommittedPosition, held: () => boolean): Promise<void> {
    const bytes = Buffer.byteLength(position.metadata);
    if (bytes > METADATA_BYTES) throw logProblem('BT_LOG_METADATA_TOO_LONG', { bytes });
    const end = performance.now() + COMMIT_MS;
    for (;;) {
      if (!held()) throw this.#notAssigned(partition);
      try {
        return await this.#enqueue(partition, position, held);
      } catch (error) {
        // The group is between two generations, or the coordinator moves: the position can be committed a moment later.
        // A stop that hangs closes the connection: then these retries must not prolong it.
        if (isClosedLog(error) || (error instanceof LogError && error.code === 'BT_LOG_NOT_ASSIGNED')) throw error;
        if (typeOf(error) === 'FENCED_INSTANCE_ID') {
          this.fenced();
          throw this.#notAssigned(partition);
        }
        if (performance.now() > end || typeOf(error) === 'OFFSET_METADATA_TOO_LARGE')
          throw kafkaFailed(`commit a position of ${this.topic}`, error);
        await pause(AGAIN_MS);
      }
    }
  }

  #notAssigned(partition: number): LogError {
    return logProblem('BT_LOG_NOT_ASSIGNED', { topic: this.topic, partition, group: this.group });
  }

  #enqueue(partition: number, position: CommittedPosition, held: () => boolean): Promise<void> {
    const commit = { partition, position, held, done: Promise.withResolvers<void>() };
    this.#waiting.push(commit);
    if (!this.#committing) void this.#flush();
    return commit.done.promise;
  }

  async #flush(): Promise<void> {
    this.#committing = true;
    while (this.#waiting.length > 0) {
      const commits = this.#waiting;
      this.#waiting = [];
      try {
        const sent = await this.#send(commits);
        for (const commit of commits) {
          if (sent.has(commit)) commit.done.resolve();
          else commit.done.reject(this.#notAssigned(commit.partition));
        }
      } catch (error) {
        for (const { done } of commits) done.reject(error);
      }
    }
    this.#committing = false;
  }

  /** Returns the commits that were sent: the others are no longer this member's. */
  async #send(commits: readonly Commit[]): Promise<ReadonlySet<Commit>> {
    return this.connection.withCoordinator(this.group, this.topic, async (broker) => {
      // Waiting takes long while the network hangs. Meanwhile a partition may have gone to another member, and this one may have joined again. The
      // coordinator checks the member only, and would let it overwrite its successor's position.
      const held = commits.filter((commit) => commit.held());
      if (held.length === 0) return new Set<Commit>();
      // The last commit of each partition counts.
      const latest = new Map(held.map(({ partition, position }) => [partition, position]));
      const offsets = [...latest].map(([partition, { offset, metadata, topicId }]) => ({
        partition,
        offset,
        metadata: withTopicId(metadata, topicId),
      }));
      const sender = this.committer();
      await commitOffsets(broker, { ...sender, groupId: this.group }, this.topic, offsets).catch((error: unknown) => {
        // After a session that ended, this process itself may have joined again with its name while the commit was under way.
        const joinedAgain = typeOf(error) === 'FENCED_INSTANCE_ID' && this.committer().memberId !== sender.memberId;
        throw joinedAgain ? brokerError(UNKNOWN_MEMBER) : error;
      });
      return new Set(held);
    });
  }
}
