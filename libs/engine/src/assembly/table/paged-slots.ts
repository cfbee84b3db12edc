/** Slots per page: few, since every table of every partition has at least one page. */
const PAGE_BITS = 9;
export const PAGE_SLOTS = 2 ** PAGE_BITS;
const PLACE = PAGE_SLOTS - 1;

/** The minimum content of a page; subclasses add columns of `PAGE_SLOTS` values. */
export interface Page {
  /** Word w of place p is `words[p * stride + w]`. */
  readonly words: Uint32Array<ArrayBuffer>;
}

/**
 * Like `Slots`, but in pages: growth allocates a page and copies nothing. Each access finds its page first, so it suits tables that read few words at a time.
 * Slot 0 is never used.
 */
export abstract class PagedSlots<P extends Page> {
  /** Slots in use. */
  count = 0;
  private readonly pages: P[] = [];
  private free = 0;
  private fresh = 1;

  /** The first word of a freed slot chains it to the next, so `stride` is at least 1. */
  constructor(readonly stride: number) {}

  /** Takes a slot of zeros; the other columns keep their former content. */
  take(): number {
    this.count++;
    const slot = this.free;
    if (slot === 0) {
      if (this.fresh >>> PAGE_BITS === this.pages.length) this.pages.push(this.newPage());
      return this.fresh++;
    }
    const { words } = this.page(slot);
    const at = this.at(slot);
    this.free = words[at]!;
    // Faster than a call of `fill`.
    for (let word = at; word < at + this.stride; word++) words[word] = 0;
    return slot;
  }

  release(slot: number): void {
    this.page(slot).words[this.at(slot)] = this.free;
    this.free = slot;
    this.count--;
  }

  /** Bytes of the words in use. */
  get bytes(): number {
    return this.count * this.stride * 4;
  }

  protected page(slot: number): P {
    return this.pages[slot >>> PAGE_BITS]!;
  }

  /** The slot's index in the columns of its page. */
  protected place(slot: number): number {
    return slot & PLACE;
  }

  /** The index of the slot's first word in its page. */
  protected at(slot: number): number {
    return (slot & PLACE) * this.stride;
  }

  protected abstract newPage(): P;
}
