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
