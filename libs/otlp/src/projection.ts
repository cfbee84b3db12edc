/** Span fields that a projection can read beside the ids, times and parentage, which it always reads. */
export type ProjectedField = 'name' | 'service' | 'kind' | 'status' | 'status_message' | 'scope';

/**
 * Which columns a projection decode fills; everything else in the request is skipped, not decoded. (Structurally what the
 * rules' `Reads` say; `otlp` imports no other lib.)
 */
export interface Projection {
  readonly fields: ReadonlySet<string>;
  /** Span attribute keys: column k of `columns.attribute` holds the values of attributes[k]. */
  readonly attributes: readonly string[];
  readonly resourceAttributes: readonly string[];
}

/** Attributes by which ingest carries an id text that is no OTLP id (`test-trace-001`) beside the derived wire id. */
export const TRACE_ID_TEXT = 'betrace.id.trace';
export const SPAN_ID_TEXT = 'betrace.id.span';
export const PARENT_ID_TEXT = 'betrace.id.parent';

/** The instrumentation scope of spans that BeTrace itself emitted: never evaluated. */
export const OWN_SCOPE = 'betrace';
