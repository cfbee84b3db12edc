/**
 * The log port: partitioned, ordered, append-only topics. Two adaptors: embedded (SQLite; memory or durable) and Kafka.
 * `log.contract.ts` is the suite both pass. Offsets are numbers (safe integers), timestamps Unix milliseconds given by the
 * log at append (never by the producer) and never decreasing within a partition.
 */

import type { LogError } from './problems.js';
import type { LogSettings } from './settings.js';

/** A record to append. */
export interface OutgoingRecord {
  readonly partition: number;
  readonly key?: string;
  readonly value: Uint8Array;
  /** Lower-case names; `betrace-control` marks ticks (`tick`), epoch markers (`epoch:<n>`) and pauses (`pause:<ms>`). */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A record as it is in the log. */
export interface LogRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key?: string;
  readonly value: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Records of one partition, in order of offset, none missing between the first and the last (except in a compacted topic). */
export interface RecordBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly LogRecord[];
  /** The offset after the last record in the log when the batch was read: lag = endOffset - last offset - 1. */
  readonly endOffset: number;
}

/** The position of a group: the next offset to read, and the group's own text (at most 1 KiB). */
export interface Position {
  readonly offset: number;
  readonly metadata: string;
}

/** The callbacks of a subscriber. Calls for one partition never overlap; those for different partitions may. */
export interface PartitionListener {
  /**
   * The partition is now assigned to this member; `start` is the oldest offset kept. Returns the offset to start at (default: the committed one, else
   * `start`).
   */
  assigned(partition: number, committed: Position | undefined, start: number): Promise<number | undefined>;
  /**
   * The next records. The next batch of the partition comes when the promise resolves: this is the back-pressure. `leaving` is aborted (with a `GivenUp`)
   * when the partition must be given up, which happens only after the promise has settled. A listener that waits for something other than the log then
   * rejects with it, which is not reported to `failed`.
   */
  records(batch: RecordBatch, leaving?: AbortSignal): Promise<void>;
  /**
   * The end of the partition is reached at `position`. Called at most once per `idleInterval` while nothing comes, for all partitions at the same moments; first
   * after two or three of them (in the embedded log at once, because it is cheap there).
   */
  idle?(partition: number, position: number): Promise<void>;
  /**
   * The group wants to give this member a partition that another one still works on: read what the start needs. `position` returns the owner's current commit;
   * undefined without one in the current log. The partition comes (`assigned`) soon after the promise has settled; or before, if the owner is gone. Members
   * without this callback get their partitions at once.
   */
  prepare?(partition: number, position: () => Promise<Position | undefined>): Promise<void>;
  /** A partition given to `prepare` does not come, or was taken away before `assigned` was called. */
  dismissed?(partition: number): void;
  /** The partition goes to another member (or the subscription closes); commits are still possible until this resolves. */
  revoked(partition: number): Promise<void>;
  /** `records`, `idle` or `assigned` threw, or the log failed: the subscription retries with back-off after this. */
  failed?(error: Error, partition?: number): void;
  /**
   * Records were deleted before this member got them. `values` of the error has the first and the last offset (`from`, `to`). The next batch begins after
   * them. Without this callback it is reported to `failed`. `committed` is the group's position, if they were after it.
   */
  missing?(error: LogError, partition: number, committed?: Position): void;
  /** The failure that `failed` reported without a partition is over: the log can be read again. */
  recovered?(): void;
}

/** A member of a group on a topic. */
export interface Subscription {
  /**
   * Once it resolves, the commit survives the end of the process. After a loss of power a position may be an earlier one, never a later one (at least once).
   * Only for partitions that are assigned to this member; otherwise rejects BT_LOG_NOT_ASSIGNED.
   */
  commit(partition: number, position: Position): Promise<void>;
  /** Stops fetching a partition until resume; a batch under way is still delivered. */
  pause(partition: number): void;
  resume(partition: number): void;
  /** A caller waits for new records: ends the gathering under way (`gather`), if there is one. */
  hurry(): void;
  /**
   * Before `close`: asks the group to move its partitions to members that prepare for them. Resolves when it has none any more (at once, without other
   * members), or after this many ms. In the embedded log nothing moves. Never rejects.
   */
  handOver(milliseconds: number): Promise<void>;
  /** `close` leaves the member in its group, and its partitions wait for its next process (`instanceId`). Not after `handOver`, which is permanent. */
  readonly staysMember: boolean;
  /** Revokes all partitions, waits for their `revoked`, leaves the group unless `staysMember`. */
  close(): Promise<void>;
}

export interface SubscribeOptions {
  readonly topic: string;
  /** Members of one group share the partitions; each group sees all records. */
  readonly group: string;
  readonly listener: PartitionListener;
  /** Approximate maximum bytes of values in one batch. */
  readonly maxBatchBytes?: number;
  /**
   * Minimum milliseconds between two deliveries: records are gathered, except the first after an idle time. The embedded log, whose deliveries are cheap,
   * does not wait.
   */
  readonly gather?: number;
  /**
   * Kafka: a name of this member that outlives its process, and that no other member of the group has (static membership). After `close` its partitions wait
   * for its next process, for at most the session timeout. A second process with the name takes the partitions of the first one, whose
   * `failed` gets BT_LOG_KAFKA_FENCED; it gets none again. The embedded log ignores it.
   */
  readonly instanceId?: string | undefined;
  /** Milliseconds between two `idle` calls of a partition. */
  readonly idleInterval?: number;
  /**
   * Static assignment: this member reads exactly these partitions and starts at once. It shares nothing with other members of its group; the caller keeps them
   * from overlapping. (In the embedded log the only way to share.)
   */
  readonly partitions?: readonly number[];
}

/** The port; an abstract class because Nest needs a token. */
export abstract class Log {
  /** Number of partitions of a topic. */
  abstract partitions(topic: string): number;
  /**
   * Appends records, in order within each partition. Resolves with their offsets when all are durable (embedded with a
   * path: written and synced, in group commits; Kafka: acks=all, idempotent). Rejects with a LogUnavailable, which is
   * retryable, when they are not durable in time: then some may be in the log, and its readers drop duplicates.
   */
  abstract append(topic: string, records: readonly OutgoingRecord[]): Promise<readonly number[]>;
  abstract subscribe(options: SubscribeOptions): Promise<Subscription>;
  /** Records of a partition from an offset on, oldest first, up to (not including) `to` or the current end. */
  abstract read(topic: string, partition: number, from: number, to?: number): AsyncIterable<RecordBatch>;
  /** The position of a group in a partition, also without a reader; undefined without a commit. */
  abstract committed(topic: string, group: string, partition: number): Promise<Position | undefined>;
  /** The first offset whose timestamp is at or after `timestamp`, else the end offset. */
  abstract offsetAt(topic: string, partition: number, timestamp: number): Promise<number>;
  /** The offset after the newest record of each partition of a topic (Kafka: also of a topic that is not the log's own; empty when it does not exist). */
  abstract ends(topic: string): Promise<ReadonlyMap<number, number>>;
  /** The oldest offset kept, and the one after the newest. */
  abstract bounds(topic: string, partition: number): Promise<{ readonly start: number; readonly end: number }>;
  /**
   * The log's clock, Unix milliseconds: approximately the timestamp of a record appended now. The embedded log's clock stops while no receiver can append;
   * Kafka's is assumed to be this machine's.
   */
  abstract now(): number;
  /** Whether spans can be sent: the embedded log's clock stands still until the receivers are open, and after they close. */
  abstract receiving(open: boolean): void;
  /** Rejects when the log cannot be written or read now (for readiness). `topics` limits the check; default: all. */
  abstract check(topics?: readonly string[]): Promise<void>;
  /** The number of the log's databases that were deleted, replaced or truncated while open; 0 where the log is external. */
  filesLost(): number {
    return 0;
  }
  /** Whether the log is external, where others can change it. */
  get shared(): boolean {
    return false;
  }
  /** A required setting that was changed while the topic is in use. The topic is still read and written. */
  mismatches(): readonly LogError[] {
    return [];
  }
  /** Settings with which another thread of this process opens the same log; they can be cloned to a worker. */
  abstract forThreads(): LogSettings;
  /** Closes the subscriptions, waits for appends under way, and releases the storage. */
  abstract close(): Promise<void>;
}
