import type { AssemblySettings, UncompiledRules } from '#engine';
import type { DeadLetters, LatestLatencies, Log, Position } from '#messaging';
import type { ViolationPublisher } from '../publish/violation-publisher.js';
import type { RulesFollower } from '../rules/rules-follower.js';
import type { Measurements } from './account/measurements.js';

/** What the partitions of one thread share. */
export interface PartitionTools {
  readonly log: Log;
  readonly rules: Pick<RulesFollower<UncompiledRules>, 'ruleSet' | 'isReplaced'>;
  readonly publisher: ViolationPublisher;
  readonly deadLetters: DeadLetters;
  readonly measurements: Measurements;
  /** From when verdicts were certain by the log's clock until the violations log had them. */
  readonly latencies: LatestLatencies;
  readonly assembly: AssemblySettings;
  /** Fingerprint shared by evaluators that find the same in the same records, at the same record (`judgementOf`). */
  readonly judgement: string;
  /** Of each partition, a second of the log's time. */
  readonly evidenceRate: number;
  /** Milliseconds between two commits of a partition. */
  readonly commitInterval: number;
  /** The log is in memory: applied records may be dropped when it is full. */
  readonly volatile: boolean;
  /** Others than our ingest may write to the spans log. */
  readonly foreignProducers: boolean;
  /** Aborted when the thread must not wait any longer. */
  readonly signal: AbortSignal;
  /** Called when an append is about to be repeated after `pause` ms. */
  logFailed(error: Error, pause: number): void;
  /** An answer to a barrier is about to be appended again after `pause` ms. */
  barriersFailed(error: Error, pause: number): void;
  /** Spans of other partitions were found in this one, and moved. */
  misplaced(partition: number): void;
  /** A record failed because of a defect, and goes to the dead letters. */
  defect(error: Error, partition: number, offset: number): void;
  /** Durable when it resolves. */
  commit(partition: number, position: Position): Promise<void>;
  /** The log's clock, Unix milliseconds: only to see whether a tick is due; verdicts know the records' timestamps alone. */
  now(): number;
  /** This machine's clock, Unix milliseconds: only to compare the log's time with it. */
  wall(): number;
  monotonic(): number;
}
