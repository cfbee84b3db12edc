import type { AssemblySettings, RuleSet } from '#engine';
import type { Log, Position } from '#messaging';
import type { DeadLetters } from './dead-letters.js';
import type { FollowRules } from './follow-rules.js';
import type { Measurements } from './measurements.js';
import type { PublishViolations } from './publish.js';

/** What the partitions of one thread share. */
export interface PartitionTools {
  readonly log: Log;
  readonly rules: Pick<FollowRules<RuleSet>, 'ruleSet'>;
  readonly publisher: PublishViolations;
  readonly deadLetters: DeadLetters;
  readonly measurements: Measurements;
  readonly assembly: AssemblySettings;
  /** Milliseconds between two commits of a partition. */
  readonly commitInterval: number;
  /** Aborted when the thread must not wait any longer. */
  readonly signal: AbortSignal;
  /** Durable when it resolves. */
  commit(partition: number, position: Position): Promise<void>;
  /** Unix milliseconds: only to see whether a tick is due; verdicts know the log's time alone. */
  now(): number;
  monotonic(): number;
}
