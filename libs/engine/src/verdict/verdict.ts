import type { Explanation } from '#dsl';
import type { VerdictStatus } from '#records';
import type { CloseReason } from './close-reason.js';
import type { Undecided } from './undecided.js';

/**
 * What the engine found: one rule is violated by one span or one trace, or (a late span showed) no longer is. A pure
 * function of the log's records; signing and publishing add nothing but the signature.
 */
export interface Verdict {
  /** `viol-` and 32 hex digits: SHA-256 of rule id, wire trace id and subject span (`violation-id.ts`), truncated. */
  readonly id: string;
  /** Counts from 1; a later revision replaces the earlier one. */
  readonly revision: number;
  readonly status: VerdictStatus;
  /** Why there is no verdict; only with the status `undecided`. */
  readonly undecided?: Undecided;
  /** The former status; absent for the first revision. Equal to the current one when only the evidence changed. */
  readonly before?: VerdictStatus;
  readonly ruleId: string;
  readonly ruleName: string;
  readonly ruleVersion: number;
  readonly severity: string;
  /** The shown id: the user's text, else hex. */
  readonly traceId: string;
  /** The subject span of a span rule; for a trace rule the first witness, else the root, else the first span seen. */
  readonly spanId: string;
  /** The OTLP ids (hex): equal to the above unless the user's ids were not OTLP ids. */
  readonly wireTraceId: string;
  readonly wireSpanId: string;
  /** Log time (Unix milliseconds) of the record that made the verdict certain. */
  readonly timestamp: number;
  readonly service: string;
  readonly message: string;
  readonly explanation: Explanation;
  /** Why the trace was judged when it was: `certain` before close. */
  readonly closeReason: CloseReason | 'certain';
  /** Root seen and every parent seen, at the time of the verdict. */
  readonly complete: boolean;
  /** A verdict on a part of a long trace, or on a trace that closed without its root. */
  readonly fragment?: true;
  /** Where the trace is in the spans log. */
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** `span_name`, `duration_ms` and similar members of the span named by spanId, where known. */
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
}
