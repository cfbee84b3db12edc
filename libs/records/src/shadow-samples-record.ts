import type { VerdictStatus } from './violation-record.js';

/** Samples per rule in shadow that an evaluator keeps for one partition. */
export const SHADOW_SAMPLES = 10;

/**
 * A record of the rule status log: the last verdicts of a rule in shadow in one partition, which are published nowhere else. A later record replaces an earlier
 * one.
 */
export interface ShadowSamplesRecord {
  readonly kind: 'shadow';
  readonly rule_id: string;
  readonly partition: number;
  /** Oldest first, each id once. */
  readonly samples: readonly ShadowSample[];
}

/** A verdict of a rule in shadow, with the names of a violation. `explanation` is absent if it is too large. */
export interface ShadowSample {
  readonly id: string;
  readonly revision: number;
  readonly status: VerdictStatus;
  readonly rule_version: number;
  readonly trace_id: string;
  readonly span_id: string;
  readonly service: string;
  /** Unix milliseconds, log time. */
  readonly timestamp_ms: number;
  readonly message: string;
  readonly explanation?: unknown;
}

export function shadowKey(ruleId: string, partition: number): string {
  return `/shadow/${ruleId}/${partition}`;
}
