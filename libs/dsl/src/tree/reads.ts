/** Span fields that cost something to read. Ids, times and parentage are always read: assembly needs them. */
export type SpanField =
  | 'name'
  | 'service'
  | 'kind'
  | 'status'
  | 'status_message'
  | 'scope'
  | 'events'
  | 'links'
  | 'attributes'
  | 'resource';

/** The values that a rule set reads: the projection decodes only these. */
export interface Reads {
  readonly fields: ReadonlySet<SpanField>;
  /** Span attribute keys, in column order. */
  readonly attributes: readonly string[];
  /** Resource attribute keys, in column order. */
  readonly resourceAttributes: readonly string[];
  /** The numbers of attributes and resource attributes that rules of kind `columns` read. */
  readonly bufferedAttributes: readonly number[];
  readonly bufferedResourceAttributes: readonly number[];
  /** Some rule of kind `columns` buffers spans. */
  readonly buffersColumns: boolean;
  /** Some rule of kind `spans` needs whole spans. */
  readonly buffersSpans: boolean;
}
