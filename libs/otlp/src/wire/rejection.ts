/** The outcomes of a scan for a span. They are numbers because a typed array holds them. The names label metrics; the sentences go into partial successes. */
export const ACCEPTED = 0;
/** BeTrace itself emitted it (scope `betrace`): counted, never evaluated. It is not a rejection: the sender did nothing wrong. */
export const OWN = 1;
export const TRACE_ID_INVALID = 2;
export const SPAN_ID_INVALID = 3;
export const PARENT_ID_INVALID = 4;
export const SPAN_TOO_LARGE = 5;

export type RejectionReason = 'trace_id_invalid' | 'span_id_invalid' | 'parent_id_invalid' | 'span_too_large';

/** Rejections by their number in a scan. */
export const REJECTIONS: readonly { readonly outcome: number; readonly reason: RejectionReason; readonly sentence: string }[] = [
  { outcome: TRACE_ID_INVALID, reason: 'trace_id_invalid', sentence: 'trace_id is not 16 bytes or all zero' },
  { outcome: SPAN_ID_INVALID, reason: 'span_id_invalid', sentence: 'span_id is not 8 bytes or all zero' },
  { outcome: PARENT_ID_INVALID, reason: 'parent_id_invalid', sentence: 'parent_span_id is neither empty nor 8 bytes' },
  { outcome: SPAN_TOO_LARGE, reason: 'span_too_large', sentence: 'the span with its resource and scope is larger than a record may be' },
];

export const OUTCOMES = 6;
