import { Injectable } from '@nestjs/common';

/** What the receivers of a process did with the spans sent to it, since its start. */
export interface ReceivedSpans {
  /** Spans in requests that were answered with success: logged, rejected singly, or BeTrace's own. */
  readonly received: number;
  /** Spans in the log, whatever the answer was. */
  readonly logged: number;
  /** Of `received`: spans in the log. */
  readonly answered: number;
  /** By reason, as in the answers to their senders. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly own: number;
  /** Spans of pending appends: whether they are in the log is not known yet. */
  readonly underWay: number;
  /** Spans of failed appends: their senders send them again, and the log may have some nevertheless. */
  readonly unconfirmed: number;
  /** By partition: its end when receiving began, and the offset after the last record of spans that this process wrote. */
  readonly bases: ReadonlyMap<number, number>;
  readonly ends: ReadonlyMap<number, number>;
  /** The latest latencies, in seconds, from the complete request to its answer. */
  readonly latencies: readonly number[];
}

/** The account of a partition of the spans log between two offsets, `from` and `position`: the last run of its evaluator. */
export interface EvaluatedPartition {
  readonly partition: number;
  readonly from: number;
  readonly position: number;
  /** Spans that the evaluator received. */
  readonly spans: number;
  readonly judged: number;
  readonly duplicates: number;
  /** Those among these that came after their trace was forgotten. */
  readonly retried: number;
  readonly conflicts: number;
  readonly superseded: number;
  readonly rejected: Readonly<Record<string, number>>;
  /** Appended again, to the partition of their trace. */
  readonly moved: number;
  /** Records that were deleted before they were evaluated; their spans are not counted. */
  readonly expiredRecords: number;
  readonly openTraces: number;
}

export interface EvaluatedSpans {
  readonly partitions: readonly EvaluatedPartition[];
  /** Why partitions that this process should evaluate are missing. */
  readonly lacking: readonly string[];
  /** The latest latencies, in seconds, from the time at which a verdict was certain by log time until the violations log had it. */
  readonly latencies: readonly number[];
}

/** Records of the violations log stored since the process started. */
export interface KeptViolations {
  /** Violations (revisions). */
  readonly kept: number;
  readonly refused: number;
  readonly unreadable: number;
  /** Records of the violations log that are not read yet; undefined: unknown. */
  readonly waitingRecords: number | undefined;
  /** The latest latencies, in seconds, from the time at which a verdict was certain by log time until the API could read it. */
  readonly latencies: readonly number[];
}

/** The spans log, for counting. */
export interface CountedLog {
  /** Whether this process alone writes spans to it and evaluates them. */
  readonly exclusive: boolean;
  /** The offset after the newest record, by partition. */
  ends(): Promise<ReadonlyMap<number, number>>;
  /** Spans in the records between two offsets; undefined when some of the records are deleted, or after `deadline` (ms, monotonic). */
  count(partition: number, from: number, to: number, deadline: number): Promise<number | undefined>;
}

/** The counts of each hop of this process, which its modules register. */
@Injectable()
export class Accounts {
  receive:
    | {
        /** Resolves whether the results of all earlier appends are known within this many ms. */
        decided(milliseconds: number): Promise<boolean>;
        /** Synchronous, so that all counts are of one instant. */
        now(): ReceivedSpans;
      }
    | undefined;
  /** The counts of each partition at one instant before the answer, within this many ms. */
  evaluate: ((milliseconds: number) => Promise<EvaluatedSpans>) | undefined;
  keep: (() => Promise<KeptViolations>) | undefined;
  log: CountedLog | undefined;
}
