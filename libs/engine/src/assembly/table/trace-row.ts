/**
 * The state of a remembered trace: one row of 16 words, so that a span touches one cache line.
 *
 * Times and offsets are kept as their low 32 bits. They are within 2^32 of the clock and of the next offset, which complete them (`backFrom`, `aheadOf`). All
 * traces that a record opened share the time and offset of their first span (`low-watermark.ts`). Row 0 is never used: 0 means "none".
 */
export const ROW_WORDS = 16;

/** The trace id, as read from the wire: four words. */
export const ID = 0;
/** The record that opened the trace: an entry of LowWatermark. */
export const OPENING = 4;
/** Offset of the record with its last span. */
export const LAST_OFFSET = 5;
/** Log time of its last span (milliseconds). */
export const LAST_TIME = 6;
/** The log time at which the wheel looks at the trace again, and its place in that slot of the wheel. */
export const SCHEDULED = 7;
export const PLACE = 8;
/** Distinct spans seen. */
export const SPANS = 10;
/** Parents that a span named and that are not seen yet. */
export const MISSING = 11;
/** The bits below; from EPOCH_SHIFT up the epoch in which the trace opened (slot of Epochs). */
export const FLAGS = 12;
/** Its bits and counters: a slot of its epoch's TraceStates. */
export const STATE = 13;
/** First of the spans kept as witnesses. */
export const WITNESSES = 14;
/** First of its span ids (`duplicates.ts`). */
export const SPAN_IDS = 15;

export const ROOT_SEEN = 1;
export const CLOSED = 2;
/** Opened before the offset from which this engine judges; another engine has emitted the verdicts. */
export const CONTEXT_ONLY = 4;
/** The current record brought a late span; the trace must be judged again. */
export const REOPENED = 8;
/** Its span ids are in the table, not in a list. */
export const MANY_SPANS = 16;
/** A fragment of a long trace; it ends with its cell of time (`long-traces.ts`). */
export const FRAGMENT = 32;
/** Forgotten, except for its id and the time of its last span. The next span begins a fragment. */
export const CONTINUES = 64;
/** Spans may be missing, because nothing could be appended for a while. */
export const INTERRUPTED = 128;
/** An earlier trace with this id had spans, which may come again (`seen-spans.ts`). */
export const KNOWN = 256;
/** Some of its spans came before it opened. */
export const SEEN_BEFORE = 512;
/** A sender's retry so far: all of its spans came before it opened. It is not reported. */
export const RETRIED = 1024;
/** Its rules were evaluated at the close; a later evaluation repeats that judgement. */
export const JUDGED = 2048;
/** Records that may have held spans of it were deleted. */
export const LACKING = 4096;
export const EPOCH_SHIFT = 13;

/** The latest value at or before `reference` with these low 32 bits. */
export function backFrom(reference: number, low: number): number {
  return reference - ((reference - low) >>> 0);
}

/** The earliest value at or after `reference` with these low 32 bits. */
export function aheadOf(reference: number, low: number): number {
  return reference + ((low - reference) >>> 0);
}
