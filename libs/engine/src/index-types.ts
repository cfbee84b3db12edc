import type { IndexOf } from '#base';

/** The row of a remembered trace in `OpenTraces`; 0 means "none". */
export type Row = IndexOf<'row'>;

export const NO_ROW = 0 as Row;

/** The index of a span in its record: in `SpanColumns`, and in an epoch's rows of bits. */
export type SpanIndex = IndexOf<'span'>;

export const FIRST_SPAN_OF_RECORD = 0 as SpanIndex;
