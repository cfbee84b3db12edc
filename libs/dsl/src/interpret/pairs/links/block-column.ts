import { WORDS } from './cause-words.js';

/** One rank per span of a block: the spans with ranks between two are found as bits. */
export class BlockColumn {
  private readonly ranks: Int32Array;
  /** The bits of each prefix, in the order of the ranks. */
  private readonly first: Int32Array;

  /** @param given by bit */
  constructor(given: Int32Array) {
    const size = given.length;
    const keys = Float64Array.from(given, (rank, bit) => (rank + 1) * size + bit).sort();
    this.ranks = new Int32Array(size);
    this.first = new Int32Array((size + 1) * WORDS);
    for (let place = 0; place < size; place++) {
      const bit = keys[place]! % size;
      this.ranks[place] = given[bit]!;
      const at = (place + 1) * WORDS;
      this.first.copyWithin(at, at - WORDS, at);
      this.first[at + (bit >>> 5)]! |= 1 << bit;
    }
  }

  /** Those from one rank up to another, both included. */
  between(from: number, to: number, bits: Int32Array): void {
    const { first } = this;
    const low = this.place(from) * WORDS;
    const high = this.place(to + 1) * WORDS;
    for (let word = 0; word < WORDS; word++) bits[word] = low < high ? first[high + word]! & ~first[low + word]! : 0;
  }

  /** How many have a smaller rank. */
  private place(rank: number): number {
    const { ranks } = this;
    const size = ranks.length;
    if (size === 0 || rank <= ranks[0]!) return 0;
    if (rank > ranks[size - 1]!) return size;
    let low = 0;
    let high = size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ranks[middle]! < rank) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
