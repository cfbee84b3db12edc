/** Span fields that a projection can read in addition to the ids, times and parentage, which it always reads. */
export type ProjectedField = 'name' | 'service' | 'kind' | 'status' | 'status_message' | 'scope';

/**
 * Which columns a projection decode fills; everything else in the request is skipped, not decoded. (The structure of the rules' `Reads`, which `otlp` does not
 * import.)
 */
export interface Projection {
  readonly fields: ReadonlySet<string>;
  /** Span attribute keys: column k of `columns.attribute` holds the values of attributes[k]. */
  readonly attributes: readonly string[];
  readonly resourceAttributes: readonly string[];
}
