import type { IndexOf } from '#base';

/** Where a remembered trace is kept: its row in `OpenTraces`. 0 says "none". */
export type Row = IndexOf<'row'>;

export const NO_ROW = 0 as Row;

/** The place of a span in its record: in `SpanColumns`, and in the rows of bits of an epoch. */
export type SpanIndex = IndexOf<'span'>;

export const FIRST_SPAN_OF_RECORD = 0 as SpanIndex;
