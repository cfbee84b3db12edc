import type { Accounting } from '../accounting.js';
import type { EngineRecord } from '../record.js';
import type { EpochRules } from '../rules/epoch-rules.js';
import type { RuleClock } from '../rules/rule-clock.js';
import type { AssemblySettings } from '../settings.js';
import type { TellPassed } from '../verdict/passed-trace.js';

/** A record of the log that holds spans. */
export type SpansRecord = Extract<EngineRecord, { readonly kind: 'spans' }>;

export interface PartitionEngineOptions {
  readonly partition: number;
  readonly settings: AssemblySettings;
  /** The rule set of an epoch; the owner must have it ready before it applies that epoch's marker. */
  readonly ruleSetOf: (epoch: number) => EpochRules;
  /** The epoch in force at the first record (of a successor: at the committed offset). */
  readonly initialEpoch: number;
  /** The committed offset: verdicts that concern only traces opened before it are emitted already. Default: judge everything. */
  readonly judgeFrom?: number;
  /** `logTime` of that commit: records older than the remembered traces are read for retries only. Default: traces begin with the first record. */
  readonly committedAt?: number;
  /** The pauses of the log before the first record, ms; from the same commit. */
  readonly paused?: number;
  /**
   * Records before the first one were deleted, all of them from before this trace time (Infinity if unknown). Traces that seem to open at the first record
   * may have begun there. Default: no trace of interest began before the first record.
   */
  readonly lacksBefore?: number;
  /** Times evaluations, for `Accounting`. */
  readonly clock?: RuleClock;
  /** Shared by engines whose figures are added up. */
  readonly accounting?: Accounting;
  /** A judged trace closed; or one that would be judged, if a rule were about traces. Called once per trace or fragment, with the place of its first span. */
  readonly closed?: (firstOffset: number) => void;
  /** A whole trace is forgotten, and rules with `evidence` found nothing in it. */
  readonly passed?: TellPassed;
  /** A record that is not an OTLP request was counted and skipped; the owner can write it to the dead letters. */
  readonly undecodable?: (record: SpansRecord, reason: string) => void;
  /** A defect threw while this record was applied; `apply` describes the extent of the damage. */
  readonly defect?: (record: EngineRecord, error: unknown) => void;
}
