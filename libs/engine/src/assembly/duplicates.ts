import { HashedSlots, mix } from './hashed-slots.js';
import type { OpenTraces } from './open-traces.js';
import { MISSING, ROW_WORDS, SPAN_IDS } from './trace-row.js';

const WORDS = 4;
/** The next id of the same trace. */
const NEXT = 0;
/** The trace's row; and SEEN, unless only a child named the span as its parent. */
const OWNER = 1;
const HIGH = 2;
const LOW = 3;
const SEEN = 0x80000000;

/**
 * The exact set of span ids of all remembered traces: says which span is a duplicate, and counts the parents that were named
 * but not seen, so that a trace's completeness is known at any time without a walk over its spans. One table for all traces;
 * the ids of a trace are chained, so that forgetting it costs its own spans only. 16 bytes per span and 5 to 11 of index.
 */
export class Duplicates extends HashedSlots {
  constructor(private readonly traces: OpenTraces) {
    super(WORDS);
  }

  /** Notes a span of a trace; false when it is a duplicate (then nothing changed). */
  add(row: number, high: number, low: number, parentHigh: number, parentLow: number): boolean {
    let entry = this.find(row, high, low);
    if (entry === 0) entry = this.insert(row, high, low);
    else if ((this.words[entry * WORDS + OWNER]! & SEEN) !== 0) return false;
    else this.traces.rows[row * ROW_WORDS + MISSING]!--;
    this.words[entry * WORDS + OWNER]! |= SEEN;
    if ((parentHigh | parentLow) !== 0 && this.find(row, parentHigh, parentLow) === 0) {
      this.insert(row, parentHigh, parentLow);
      this.traces.rows[row * ROW_WORDS + MISSING]!++;
    }
    return true;
  }

  /** Forgets all ids of a trace. */
  forget(row: number): void {
    let entry = this.traces.rows[row * ROW_WORDS + SPAN_IDS]!;
    while (entry !== 0) {
      const next = this.words[entry * WORDS + NEXT]!;
      this.leave(entry);
      entry = next;
    }
    this.traces.rows[row * ROW_WORDS + SPAN_IDS] = 0;
  }

  protected hashOf(entry: number): number {
    const at = entry * WORDS;
    return mix(this.words[at + OWNER]! & ~SEEN, this.words[at + HIGH]!, this.words[at + LOW]!);
  }

  private find(row: number, high: number, low: number): number {
    const { index, mask, words } = this;
    let bucket = mix(row, high, low) & mask;
    for (;;) {
      const entry = index[bucket]!;
      if (entry === 0) return 0;
      const at = entry * WORDS;
      if (words[at + LOW] === low && words[at + HIGH] === high && (words[at + OWNER]! & ~SEEN) === row) return entry;
      bucket = (bucket + 1) & mask;
    }
  }

  private insert(row: number, high: number, low: number): number {
    const entry = this.take();
    const at = entry * WORDS;
    const chain = row * ROW_WORDS + SPAN_IDS;
    this.words[at + NEXT] = this.traces.rows[chain]!;
    this.words[at + OWNER] = row;
    this.words[at + HIGH] = high;
    this.words[at + LOW] = low;
    this.traces.rows[chain] = entry;
    this.enter(entry);
    return entry;
  }
}
