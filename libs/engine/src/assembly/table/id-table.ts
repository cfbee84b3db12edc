import type { Row } from '../../index-types.js';
import { HashedSlots, mix } from './hashed-slots.js';

const WORDS = 5;
/** The next id of the same trace. */
const NEXT = 0;
/** The trace's row; whether a span with this id was seen, and whether a server span. */
const OWNER = 1;
const HIGH = 2;
const LOW = 3;
/** The form of the span that was seen last. */
const FORM = 4;
const SEEN = 0x80000000;
const SERVER_SEEN = 0x40000000;
const ROW = 0x3fffffff;

/** The span ids of large traces, found by row and id: 20 bytes each and 8 to 16 of index. The ids of a trace are chained. */
export class IdTable extends HashedSlots {
  constructor() {
    super(WORDS);
  }

  /** The entry of an id, or 0. */
  find(row: Row, high: number, low: number): number {
    const { index, mask, words } = this;
    let bucket = mix(row, high, low) & mask;
    for (;;) {
      const entry = index[bucket]!;
      if (entry === 0) return 0;
      const at = entry * WORDS;
      if (words[at + LOW] === low && words[at + HIGH] === high && (words[at + OWNER]! & ROW) === row) return entry;
      bucket = (bucket + 1) & mask;
    }
  }

  isSeen(entry: number, server: boolean): boolean {
    return (this.words[entry * WORDS + OWNER]! & (server ? SERVER_SEEN : SEEN)) !== 0;
  }

  /** Notes that a span with this id was seen, and its form: 32 bits. */
  see(entry: number, server: boolean, form: number): void {
    this.words[entry * WORDS + OWNER]! |= server ? SERVER_SEEN : SEEN;
    this.words[entry * WORDS + FORM] = form;
  }

  formOf(entry: number): number {
    return this.words[entry * WORDS + FORM]! | 0;
  }

  /** Adds an id that `find` did not find, before the chain that begins at `next`. Returns its entry. */
  add(row: Row, high: number, low: number, next: number): number {
    const entry = this.take();
    const at = entry * WORDS;
    this.words[at + NEXT] = next;
    this.words[at + OWNER] = row;
    this.words[at + HIGH] = high;
    this.words[at + LOW] = low;
    this.enter(entry);
    return entry;
  }

  /** Forgets a chain of ids. */
  forget(first: number): void {
    for (let entry = first; entry !== 0; ) {
      const next = this.words[entry * WORDS + NEXT]!;
      this.leave(entry);
      entry = next;
    }
  }

  protected hashOf(entry: number): number {
    const at = entry * WORDS;
    return mix(this.words[at + OWNER]! & ROW, this.words[at + HIGH]!, this.words[at + LOW]!);
  }
}
