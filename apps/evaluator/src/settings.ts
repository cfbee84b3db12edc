import type { AssemblySettings } from '#engine';
import type { LogSettings } from '#messaging';
import type { KeySettings } from '#signing';

/** The settings of an evaluator thread: plain data, because it is cloned into the thread. */
export interface EvaluatorSettings {
  readonly log: LogSettings;
  /** Its share of the partitions; undefined lets the group decide (Kafka). */
  readonly partitions?: readonly number[];
  /** Unique to the thread; names its reader of the rules log. */
  readonly name: string;
  /** The name of the thread as a static member of the evaluators, unique and the same after a restart; undefined: it is none. */
  readonly instanceId?: string;
  /** The log ends with the process. */
  readonly volatile: boolean;
  /** Producers other than our ingest may write to the spans log (Kafka), with their own partitioners. */
  readonly foreignProducers: boolean;
  readonly assembly: AssemblySettings;
  /** Milliseconds that one rule may take per trace, counted as steps. */
  readonly evaluationTimeout: number;
  readonly keys: KeySettings;
  /** Maximum of evidence per second and partition. Absent: 0. */
  readonly evidenceRate?: number;
  /** BeTrace's version: another one may judge differently. */
  readonly version: string;
  /** Milliseconds between two commits of a partition. */
  readonly commitInterval: number;
  /** Maximum time (ms) that a stop waits for others to prepare for its partitions; 0 or undefined: none. */
  readonly handOverTimeout?: number;
  /** Milliseconds between two checks of an idle partition: the maximum delay of a trace's close. */
  readonly idleInterval: number;
  /** Work is noted for spans about it. */
  readonly traced?: boolean;
}
