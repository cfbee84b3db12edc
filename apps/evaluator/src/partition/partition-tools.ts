import type { AssemblySettings, UncompiledRules } from '#engine';
import type { DeadLetters, LatestLatencies, Log, Position } from '#messaging';
import type { ViolationPublisher } from '../publish/violation-publisher.js';
import type { RulesFollower } from '../rules/rules-follower.js';
import type { Measurements } from './account/measurements.js';

/** Shared by the partitions of one thread. */
export interface PartitionTools {
  readonly log: Log;
  readonly rules: Pick<RulesFollower<UncompiledRules>, 'ruleSet' | 'isReplaced'>;
  readonly publisher: ViolationPublisher;
  readonly deadLetters: DeadLetters;
  readonly measurements: Measurements;
  /** Lets time pass in a partition: one append for all that need it at that time. */
  readonly ticks: { append(partition: number): Promise<void> };
  /** The time from when verdicts were certain, in log time, until the violations log had them. */
  readonly latencies: LatestLatencies;
  readonly assembly: AssemblySettings;
  /** A fingerprint that evaluators share if they reach the same verdicts at the same records (`judgementOf`). */
  readonly judgement: string;
  /** Maximum per partition and second of log time. */
  readonly evidenceRate: number;
  /** Milliseconds between two commits of a partition. */
  readonly commitInterval: number;
  /** The log is in memory: applied records may be deleted when it is full. */
  readonly volatile: boolean;
  /** Producers other than our ingest may write to the spans log. */
  readonly foreignProducers: boolean;
  /** Aborted when the thread must not wait any longer. */
  readonly signal: AbortSignal;
  /** Milliseconds between two reads of the counts of a partition: a thread with many partitions reads each less often. */
  tellInterval(): number;
  /** Called before an append is retried after `pause` ms. */
  logFailed(error: Error, pause: number): void;
  /** Called before an answer to a barrier is appended again after `pause` ms. */
  barriersFailed(error: Error, pause: number): void;
  /** Spans of other partitions were found in this one, and moved. */
  misplaced(partition: number): void;
  /** A record failed because of a defect, and goes to the dead letters. */
  defect(error: Error, partition: number, offset: number): void;
  /** Durable when it resolves. */
  commit(partition: number, position: Position): Promise<void>;
  /** The log's clock, Unix milliseconds: only to decide whether a tick is due; verdicts depend on the records' timestamps alone. */
  now(): number;
  /** This machine's clock, Unix milliseconds: only to compare the log's time with it. */
  wall(): number;
  monotonic(): number;
}
