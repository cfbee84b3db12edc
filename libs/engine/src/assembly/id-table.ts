import { HashedSlots, mix } from './hashed-slots.js';

const WORDS = 4;
/** The next id of the same trace. */
const NEXT = 0;
/** The trace's row, and SEEN. */
const OWNER = 1;
const HIGH = 2;
const LOW = 3;
const SEEN = 0x80000000;

/** The span ids of large traces, found by row and id: 16 bytes each and 8 to 16 of index. The ids of a trace are chained. */
export class IdTable extends HashedSlots {
  constructor() {
    super(WORDS);
  }

  /** The entry of an id, or 0. */
  find(row: number, high: number, low: number): number {
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

  isSeen(entry: number): boolean {
    return (this.words[entry * WORDS + OWNER]! & SEEN) !== 0;
  }

  see(entry: number): void {
    this.words[entry * WORDS + OWNER]! |= SEEN;
  }

  /** Adds an id that `find` did not find before the chain that begins at `next`. */
  add(row: number, high: number, low: number, seen: boolean, next: number): number {
    const entry = this.take();
    const at = entry * WORDS;
    this.words[at + NEXT] = next;
    this.words[at + OWNER] = seen ? row | SEEN : row;
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
    return mix(this.words[at + OWNER]! & ~SEEN, this.words[at + HIGH]!, this.words[at + LOW]!);
  }
}
