import type { RuleDefinition } from '#records';

/** A whole trace in which rules found nothing, and that no late span can change any more. */
export interface PassedTrace {
  /** As shown, and as on the wire. */
  readonly traceId: string;
  readonly wireTraceId: string;
  /** Unix milliseconds, log time. */
  readonly timestamp: number;
  readonly complete: boolean;
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/**
 * Receives the rules with `evidence` that found nothing in a trace. `requested` is how many rules of the trace's rule set have it. `trace` makes the rest on
 * demand.
 */
export type TellPassed = (rules: readonly RuleDefinition[], requested: number, trace: () => PassedTrace) => void;
