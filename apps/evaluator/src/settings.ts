import type { AssemblySettings } from '#engine';
import type { LogSettings } from '#messaging';
import type { KeySettings } from '#signing';

/** What an evaluator thread needs to know: plain data, because it is cloned into the thread. */
export interface EvaluatorSettings {
  readonly log: LogSettings;
  /** Its share of the partitions; undefined lets the group decide (Kafka). */
  readonly partitions?: readonly number[];
  /** Unique to the thread; names its reader of the rules log. */
  readonly name: string;
  /** The log ends with the process. */
  readonly volatile: boolean;
  /** Others than our ingest may write to the spans log (Kafka), with partitioners of their own. */
  readonly foreignProducers: boolean;
  readonly assembly: AssemblySettings;
  /** Milliseconds that one rule may take over one trace, as steps. */
  readonly evaluationTimeout: number;
  readonly keys: KeySettings;
  /** Traces that comply, told as evidence a second and partition, at most. Absent: 0. */
  readonly evidenceRate?: number;
  /** BeTrace's: another version may judge in another way. */
  readonly version: string;
  /** Milliseconds between two commits of a partition. */
  readonly commitInterval: number;
  /** For how long (ms) a stop waits at most for others to prepare for its partitions; 0, or undefined, does not. */
  readonly handOverTimeout?: number;
  /** Milliseconds between two looks at an idle partition: how late a trace may close. */
  readonly idleInterval: number;
  /** Work is noted, for spans about it. */
  readonly traced?: boolean;
}
