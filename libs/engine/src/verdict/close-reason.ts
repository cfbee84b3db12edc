import type { Row } from '../index-types.js';
/** Why a trace was judged: shown with each violation, and the label of `betrace_traces_closed_total`. */
export const CLOSE_REASONS = {
  root_grace: 'its root span had arrived and nothing more came for root_grace',
  idle_timeout: 'no span came for idle_timeout',
  max_age: 'it was max_age old',
  max_spans: 'it had max_spans spans',
  late_span: 'a span came after it was closed and it was judged again',
  records_deleted: 'records of the log were deleted after it was closed and it was judged again',
} as const;

export type CloseReason = keyof typeof CLOSE_REASONS;

/** Judges a trace in its current state. */
export interface ClosedTrace {
  readonly row: Row;
  readonly reason: CloseReason;
}
