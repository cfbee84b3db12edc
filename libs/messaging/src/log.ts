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

/** A record as it lies in the log. */
export interface LogRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key?: string;
  readonly value: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Records of one partition, in order of offset, none missing between the first and the last (save in a compacted topic). */
export interface RecordBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly LogRecord[];
  /** Offset after the last record that the log had when the batch was read: lag = endOffset - last offset - 1. */
  readonly endOffset: number;
}

/** How far a group got: the next offset to read, and a text of the group's own (at most 1 KiB). */
export interface Position {
  readonly offset: number;
  readonly metadata: string;
}

/** What a subscriber does. Calls for one partition never overlap; different partitions may. */
export interface PartitionListener {
  /** The partition is now this member's; `start` is the oldest offset kept. Answers the offset to start at (default: the committed one, else `start`). */
  assigned(partition: number, committed: Position | undefined, start: number): Promise<number | undefined>;
  /**
   * The next records. The next batch of the partition comes when the promise resolves: that is the back-pressure. `leaving` is aborted (with a `GivenUp`)
   * when the partition is to be given up, which it cannot be before the promise has settled. Who waits for something else than the log rejects with it then;
   * `failed` is not told of that.
   */
  records(batch: RecordBatch, leaving?: AbortSignal): Promise<void>;
  /**
   * Caught up with the end of the partition, which is `position`; called at most once per `idleInterval` while nothing comes, first when nothing has come for
   * two of them (the embedded log, where looking costs little: at once).
   */
  idle?(partition: number, position: number): Promise<void>;
  /**
   * The group wants to give this member a partition that another one still works on: read what the beginning needs. `position` answers what the owner has
   * committed by now; undefined when it committed nothing in the present log. The partition comes (`assigned`) soon after the promise has
   * settled, or before: the owner may be gone. Members without this get their partitions at once.
   */
  prepare?(partition: number, position: () => Promise<Position | undefined>): Promise<void>;
  /** A partition for which `prepare` was called does not come, or went again before `assigned` could be answered. */
  dismissed?(partition: number): void;
  /** The partition goes to another member (or the subscription closes); commits are still possible until this resolves. */
  revoked(partition: number): Promise<void>;
  /** `records`, `idle` or `assigned` threw, or the log failed: the subscription retries with back-off after this. */
  failed?(error: Error, partition?: number): void;
  /**
   * Records that never come: they were deleted before this member got them. `values` of the error has the first and the last offset (`from`, `to`).
   * The next batch begins behind them. Told to `failed` where a listener does not have this. `committed` is the group's position, where they lay behind it.
   */
  missing?(error: LogError, partition: number, committed?: Position): void;
  /** The failure reported by `failed` without a partition is over: the log can be read again. */
  recovered?(): void;
}

/** A member of a group on a topic. */
export interface Subscription {
  /**
   * Survives the end of the process when it resolves; after a loss of power a position may be an earlier one, never a later
   * one (at least once). Only for partitions that are assigned to this member; else rejects BT_LOG_NOT_ASSIGNED.
   */
  commit(partition: number, position: Position): Promise<void>;
  /** Stops fetching a partition until resume; a batch under way is still delivered. */
  pause(partition: number): void;
  resume(partition: number): void;
  /** Somebody waits for what comes: ends the gathering under way (`gather`), if there is one. */
  hurry(): void;
  /**
   * Before `close`: asks the group to move its partitions to members that prepare for them. Resolves when it has none any more (where no other member is there
   * to take them, at once), or after so many ms. In the embedded log nothing moves. Never rejects.
   */
  handOver(milliseconds: number): Promise<void>;
  /** Revokes all partitions, waits for their `revoked`, leaves the group. */
  close(): Promise<void>;
}

export interface SubscribeOptions {
  readonly topic: string;
  /** Members of one group share the partitions; each group sees all records. */
  readonly group: string;
  readonly listener: PartitionListener;
  /** Bytes of values in one batch, about. */
  readonly maxBatchBytes?: number;
  /**
   * Milliseconds from one delivery to the next, at least: more comes at once, and the first after a while of nothing comes as it does without. The embedded
   * log, whose deliveries cost little, does not wait.
   */
  readonly gather?: number;
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
   * retryable, when that can't be had in time: then some may be in the log (duplicates are for the reader to drop).
   */
  abstract append(topic: string, records: readonly OutgoingRecord[]): Promise<readonly number[]>;
  abstract subscribe(options: SubscribeOptions): Promise<Subscription>;
  /** Records of a partition from an offset on, oldest first, up to (not including) `to` or the present end. */
  abstract read(topic: string, partition: number, from: number, to?: number): AsyncIterable<RecordBatch>;
  /** How far a group got in a partition, also one that nobody reads for now; undefined when it committed nothing. */
  abstract committed(topic: string, group: string, partition: number): Promise<Position | undefined>;
  /** The first offset whose timestamp is at or after `timestamp`, else the end offset. */
  abstract offsetAt(topic: string, partition: number, timestamp: number): Promise<number>;
  /** The offset after the newest record of each partition of a topic (Kafka: also of a topic that is not the log's own; empty when it does not exist). */
  abstract ends(topic: string): Promise<ReadonlyMap<number, number>>;
  /** Oldest offset kept, and the one after the newest. */
  abstract bounds(topic: string, partition: number): Promise<{ readonly start: number; readonly end: number }>;
  /**
   * The log's clock, Unix milliseconds: about the timestamp that a record would get now. The embedded log's stands while nobody can
   * append; Kafka's is taken for this machine's.
   */
  abstract now(): number;
  /** Whether anybody can send records: the embedded log's clock stands until the receivers are open, and from when they close. */
  abstract receiving(open: boolean): void;
  /** Rejects when the log cannot be written or read now (for readiness). `topics` limits the check; default: all. */
  abstract check(topics?: readonly string[]): Promise<void>;
  /** Databases of the log that were deleted, replaced or truncated while they are open; there are none where the log is elsewhere. */
  filesLost(): number {
    return 0;
  }
  /** Whether the log is elsewhere, where others can change it. */
  get shared(): boolean {
    return false;
  }
  /** A changed setting that BeTrace needs, found while the topic is in use. It is read and written all the same. */
  mismatches(): readonly LogError[] {
    return [];
  }
  /** Settings with which another thread of this process opens the same log; they can be cloned to a worker. */
  abstract forThreads(): LogSettings;
  /** Closes the subscriptions, waits for appends under way, and lets go of the storage. */
  abstract close(): Promise<void>;
}
