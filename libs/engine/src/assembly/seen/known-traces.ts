import { mix } from '../table/hashed-slots.js';

const WORDS = 2;
const MIN_PLACES = 1024;
/** Load factor: when the table is built, and its maximum. */
const SPARSE = 0.45;
const FULL = 0.75;
const CELL = 0xff;

/**
 * The traces that opened in the last cells of time, 8 bytes each. For nearly every new trace it proves that none of its spans was seen before, so no span is
 * looked up. It never misses a trace that opened. With a million traces, it mistakes one in about 2^36 for known; then the spans of that trace are looked up.
 */
export class KnownTraces {
  /** Two words per entry: 32 bits of hash, which also give the place; 24 bits of a second hash, never all zero, and the low 8 bits of the cell. */
  private entries = new Uint32Array(MIN_PLACES * WORDS);
  private places = MIN_PLACES;
  private taken = 0;
  private touched = 0;

  /**
   * Notes that the trace with the id at `ids[at]` (four words) opens in a cell. Returns whether it may have opened in that cell or one of the `back` cells
   * (at most 200) before.
   */
  open(ids: Uint32Array, at: number, cell: number, back: number): boolean {
    const id0 = ids[at]!;
    const id1 = ids[at + 1]!;
    const id2 = ids[at + 2]!;
    const id3 = ids[at + 3]!;
    const hash = mix(id0 ^ Math.imul(id1, 0x27d4eb2f), id2, id3) >>> 0;
    const tag = (mix(id3 ^ Math.imul(id2, 0x165667b1), id1, id0) & ~CELL) >>> 0 || CELL + 1;
    const place = this.find(hash, tag);
    const entry = this.entries[place + 1]!;
    this.entries[place] = hash;
    this.entries[place + 1] = tag | (cell & CELL);
    if (entry !== 0) return ((cell - entry) & CELL) <= back;
    if (++this.taken > FULL * this.places) this.rebuild(cell, back);
    return false;
  }

  /** Only reads the entry of a trace: in a short loop the processor waits for the memory of many at once. */
  touch(ids: Uint32Array, at: number): void {
    const hash = mix(ids[at]! ^ Math.imul(ids[at + 1]!, 0x27d4eb2f), ids[at + 2]!, ids[at + 3]!) >>> 0;
    this.touched ^= this.entries[Math.floor((hash / 2 ** 32) * this.places) * WORDS]!;
  }

  get bytes(): number {
    return this.entries.byteLength;
  }

  /** The place of an entry, or where it would be. */
  private find(hash: number, tag: number): number {
    const { entries, places } = this;
    let place = Math.floor((hash / 2 ** 32) * places) * WORDS;
    for (;;) {
      const entry = entries[place + 1]!;
      if (entry === 0 || (entries[place] === hash && (entry & ~CELL) >>> 0 === tag)) return place;
      place += WORDS;
      if (place === entries.length) place = 0;
    }
  }

  /** Rebuilds the table without expired cells, with room for as many entries again. */
  private rebuild(cell: number, back: number): void {
    const old = this.entries;
    const isKept = (entry: number): boolean => entry !== 0 && ((cell - entry) & CELL) <= back;
    this.taken = 0;
    for (let place = 0; place < old.length; place += WORDS) if (isKept(old[place + 1]!)) this.taken++;
    this.places = Math.max(MIN_PLACES, Math.ceil(this.taken / SPARSE));
    this.entries = new Uint32Array(this.places * WORDS);
    for (let place = 0; place < old.length; place += WORDS) {
      const entry = old[place + 1]!;
      if (!isKept(entry)) continue;
      const at = this.find(old[place]!, (entry & ~CELL) >>> 0);
      this.entries[at] = old[place]!;
      this.entries[at + 1] = entry;
    }
  }
}
