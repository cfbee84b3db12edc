import { Injectable } from '@nestjs/common';

/** What a process's receivers did with the spans that were sent to it, since it started. */
export interface ReceivedSpans {
  /** Spans in requests that were answered with success: logged, rejected one by one, or BeTrace's own. */
  readonly received: number;
  /** Spans that the log has, whatever was answered. */
  readonly logged: number;
  /** Of `received`: those that the log has. */
  readonly answered: number;
  /** By reason; the answers to their senders named them. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly own: number;
  /** Spans that were given to the log, which has not said yet whether it has them. */
  readonly underWay: number;
  /** Spans that the log did not confirm: their senders send them again, and it may have some all the same. */
  readonly unconfirmed: number;
  /** Where each partition ended when receiving began, and the offset behind the last record of spans that this process knows in it. */
  readonly bases: ReadonlyMap<number, number>;
  readonly ends: ReadonlyMap<number, number>;
  /** Seconds, from the whole request to its answer: the latest. */
  readonly latencies: readonly number[];
}

/** What became of the spans of one partition of the spans log from `from` up to `position` (offsets): the last run of its evaluator. */
export interface EvaluatedPartition {
  readonly partition: number;
  readonly from: number;
  readonly position: number;
  /** Spans that it was given. */
  readonly spans: number;
  readonly judged: number;
  readonly duplicates: number;
  /** Of these, those that came after their trace was forgotten. */
  readonly retried: number;
  readonly conflicts: number;
  readonly superseded: number;
  readonly rejected: Readonly<Record<string, number>>;
  /** Appended again, to the partition of their trace. */
  readonly moved: number;
  /** Records that were deleted before they were evaluated; their number of spans is unknown. */
  readonly expiredRecords: number;
  readonly openTraces: number;
}

export interface EvaluatedSpans {
  readonly partitions: readonly EvaluatedPartition[];
  /** Why it is not of all partitions that this process should evaluate. */
  readonly lacking: readonly string[];
  /** Seconds, from when a verdict was certain by the log's clock until the violations log had it: the latest. */
  readonly latencies: readonly number[];
}

/** Records of the violations log that were stored since the process started. */
export interface KeptViolations {
  /** Violations (revisions). */
  readonly kept: number;
  readonly refused: number;
  readonly unreadable: number;
  /** Records of the violations log that are not read yet; undefined: the log does not tell. */
  readonly waitingRecords: number | undefined;
  /** Seconds, from when a verdict was certain by the log's clock until it could be read by the API: the latest. */
  readonly latencies: readonly number[];
}

/** The spans log, as far as it is counted. */
export interface CountedLog {
  /** Nobody but this process writes spans to it or evaluates them. */
  readonly exclusive: boolean;
  /** The offset behind the newest record, by partition. */
  ends(): Promise<ReadonlyMap<number, number>>;
  /** Spans in the records from one offset up to another; undefined when some of these records are gone, or `deadline` (ms, monotonic) passes. */
  count(partition: number, from: number, to: number, deadline: number): Promise<number | undefined>;
}

/** The counts of each hop of this process. Each module of the process adds its own. */
@Injectable()
export class Accounts {
  receive:
    | {
        /** Answers whether the results of all appends before the call are known, within this many ms. */
        decided(milliseconds: number): Promise<boolean>;
        /** Takes no turn of the event loop: it is of one instant. */
        now(): ReceivedSpans;
      }
    | undefined;
  /** The counts of each partition at one instant, no later than the answer; within this many ms. */
  evaluate: ((milliseconds: number) => Promise<EvaluatedSpans>) | undefined;
  keep: (() => Promise<KeptViolations>) | undefined;
  log: CountedLog | undefined;
}
