/** Attributes in which ingest keeps an id text that is not an OTLP id (`test-trace-001`) in addition to the derived wire id. */
export const TRACE_ID_TEXT = 'betrace.id.trace';
export const SPAN_ID_TEXT = 'betrace.id.span';
export const PARENT_ID_TEXT = 'betrace.id.parent';
