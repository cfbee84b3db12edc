/** Why a span, or a record as a whole, was not evaluated: the label of `betrace_spans_rejected_total` in the evaluator. */
export const REJECTIONS = {
  undecodable: 'the record is no OTLP trace request (counted once per record; it is kept aside)',
  no_trace_id: 'its trace id is missing or zero',
  no_span_id: 'its span id is missing or zero',
  own_span: 'BeTrace itself emitted it',
} as const;

export type Rejection = keyof typeof REJECTIONS;
