/**
 * Slots of a fixed number of 32-bit words in one array, used and freed one by one. The engine keeps traces, span ids and witnesses in them, without an object
 * each. Slot 0 is never used: 0 means "none".
 */
export class Slots<Slot extends number = number> {
  /** Word w of slot s is `words[s * stride + w]`. Replaced when it grows: read it again after `take`. */
  words: Uint32Array<ArrayBuffer>;
  /** Slots in use. */
  count = 0;
  private free = 0;
  private fresh = 1;

  /** The first word of a freed slot chains it to the next, so `stride` is at least 1. */
  constructor(
    readonly stride: number,
    capacity = 64,
  ) {
    this.words = new Uint32Array(stride * Math.max(capacity, 2));
  }

  /** Takes a slot of zeros. */
  take(): Slot {
    this.count++;
    const slot = this.free;
    if (slot === 0) {
      if ((this.fresh + 1) * this.stride > this.words.length) this.grow();
      return this.fresh++ as Slot;
    }
    const { words, stride } = this;
    const at = slot * stride;
    this.free = words[at]!;
    // Faster than a call of `fill`.
    for (let word = at; word < at + stride; word++) words[word] = 0;
    return slot as Slot;
  }

  release(slot: Slot): void {
    this.words[slot * this.stride] = this.free;
    this.free = slot;
    this.count--;
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.count * this.stride * 4;
  }

  /** Grows by half, not to double, because this is most of the memory. Subclasses with further arrays lengthen them, too. */
  protected grow(): void {
    const capacity = Math.max(16, Math.floor((this.words.length / this.stride) * 1.5));
    const words = new Uint32Array(capacity * this.stride);
    words.set(this.words);
    this.words = words;
  }
}
