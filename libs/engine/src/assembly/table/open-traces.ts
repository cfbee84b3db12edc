import { hexOfWords } from '#otlp';
import type { Row } from '../../index-types.js';
import { HashedSlots, mix } from './hashed-slots.js';
import type { TraceFlags } from './trace-flags.js';
import {
  CLOSED,
  CONTEXT_ONLY,
  EPOCH_SHIFT,
  FLAGS,
  ID,
  JUDGED,
  OPENING,
  RETRIED,
  ROOT_SEEN,
  ROW_WORDS,
  SPANS,
  STATE,
  WITNESSES,
} from './trace-row.js';

/** The table of remembered traces: rows (`trace-row.ts`) found by trace id. Owned by one partition; never shared. */
export class OpenTraces extends HashedSlots<Row> {
  /** Per span of the current record: where the search for its trace begins. */
  private buckets = new Uint32Array(64);
  /** Gives the prefetches a result, so that they are not optimized away. */
  fetched = 0;

  constructor() {
    super(ROW_WORDS);
  }

  /** All rows; word w of row r is `rows[r * ROW_WORDS + w]`. Replaced when the table grows: read it again after `add`. */
  get rows(): Uint32Array {
    return this.words;
  }

  /** The row of a trace, or 0. */
  find(id0: number, id1: number, id2: number, id3: number): Row {
    const { index, mask, words } = this;
    let bucket = hash(id0, id1, id2, id3) & mask;
    for (;;) {
      const row = index[bucket]! as Row;
      if (row === 0) return row;
      const at = row * ROW_WORDS;
      if (words[at] === id0 && words[at + 1] === id1 && words[at + 2] === id2 && words[at + 3] === id3) return row;
      bucket = (bucket + 1) & mask;
    }
  }

  /**
   * The rows of the traces of the first `spans` spans of a record, or 0. Three short loops let the processor wait for the memory of many traces at once:
   * first for the index, then for the rows.
   */
  findAll(traceIds: Uint32Array, spans: number, found: Uint32Array): void {
    const { index, mask, words } = this;
    if (spans > this.buckets.length) this.buckets = new Uint32Array(2 * spans);
    const { buckets } = this;
    for (let i = 0, id = 0; i < spans; i++, id += 4) {
      const bucket = hash(traceIds[id]!, traceIds[id + 1]!, traceIds[id + 2]!, traceIds[id + 3]!) & mask;
      buckets[i] = bucket;
      found[i] = index[bucket]!;
    }
    let read = 0;
    for (let i = 0; i < spans; i++) read ^= words[found[i]! * ROW_WORDS]!;
    this.fetched = read;
    for (let i = 0, id = 0; i < spans; i++, id += 4) {
      for (let row = found[i]!, bucket = buckets[i]!; row !== 0; found[i] = row = index[bucket]!) {
        const at = row * ROW_WORDS;
        const isFound =
          words[at] === traceIds[id] &&
          words[at + 1] === traceIds[id + 1] &&
          words[at + 2] === traceIds[id + 2] &&
          words[at + 3] === traceIds[id + 3];
        if (isFound) break;
        bucket = (bucket + 1) & mask;
      }
    }
  }

  /** Adds a row of zeros for a trace that `find` did not find. */
  add(id0: number, id1: number, id2: number, id3: number): Row {
    const row = this.take();
    const at = row * ROW_WORDS + ID;
    this.words[at] = id0;
    this.words[at + 1] = id1;
    this.words[at + 2] = id2;
    this.words[at + 3] = id3;
    this.enter(row);
    return row;
  }

  remove(row: Row): void {
    this.leave(row);
  }

  /** The flags of the trace, read once for several questions. */
  flags(row: Row): TraceFlags {
    return this.words[row * ROW_WORDS + FLAGS]! as TraceFlags;
  }

  isClosed(row: Row): boolean {
    return (this.words[row * ROW_WORDS + FLAGS]! & CLOSED) !== 0;
  }

  /** The trace opened before the offset from which this engine judges. */
  isContextOnly(row: Row): boolean {
    return (this.words[row * ROW_WORDS + FLAGS]! & CONTEXT_ONLY) !== 0;
  }

  isRootSeen(row: Row): boolean {
    return (this.words[row * ROW_WORDS + FLAGS]! & ROOT_SEEN) !== 0;
  }

  /** The trace is so far a sender's retry and is not reported. */
  isRetry(row: Row): boolean {
    return (this.words[row * ROW_WORDS + FLAGS]! & RETRIED) !== 0;
  }

  /** The trace is closed, or a retry: its rules do not report on arrival of spans. */
  isQuiet(row: Row): boolean {
    return (this.words[row * ROW_WORDS + FLAGS]! & (CLOSED | RETRIED)) !== 0;
  }

  /** The trace is not judged when it closes. */
  isUnjudged(row: Row): boolean {
    return (this.words[row * ROW_WORDS + FLAGS]! & (CONTEXT_ONLY | RETRIED)) !== 0;
  }

  /** Notes that the trace's rules are evaluated. Returns false if they were before. */
  noteJudged(row: Row): boolean {
    const at = row * ROW_WORDS + FLAGS;
    if ((this.words[at]! & JUDGED) !== 0) return false;
    this.words[at]! |= JUDGED;
    return true;
  }

  /** The epoch in which the trace opened: a slot of `Epochs`. */
  epochSlot(row: Row): number {
    return this.words[row * ROW_WORDS + FLAGS]! >>> EPOCH_SHIFT;
  }

  /** The record that opened the trace: an entry of `LowWatermark`. */
  opening(row: Row): number {
    return this.words[row * ROW_WORDS + OPENING]!;
  }

  /** Distinct spans seen. */
  spanCount(row: Row): number {
    return this.words[row * ROW_WORDS + SPANS]!;
  }

  /** The trace's bits and counters: a slot of its epoch's `TraceStates`; 0 before the first span. */
  state(row: Row): number {
    return this.words[row * ROW_WORDS + STATE]!;
  }

  setState(row: Row, state: number): void {
    this.words[row * ROW_WORDS + STATE] = state;
  }

  /** First of the spans kept as witnesses. */
  witnesses(row: Row): number {
    return this.words[row * ROW_WORDS + WITNESSES]!;
  }

  setWitnesses(row: Row, slot: number): void {
    this.words[row * ROW_WORDS + WITNESSES] = slot;
  }

  /** 32 hex digits. */
  wireId(row: Row): string {
    return hexOfWords(this.words, row * ROW_WORDS + ID, 4);
  }

  protected hashOf(row: Row): number {
    const at = row * ROW_WORDS + ID;
    return hash(this.words[at]!, this.words[at + 1]!, this.words[at + 2]!, this.words[at + 3]!);
  }
}

function hash(id0: number, id1: number, id2: number, id3: number): number {
  return mix(id0 ^ Math.imul(id1, 0x27d4eb2f), id2, id3);
}
