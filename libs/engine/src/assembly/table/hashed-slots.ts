import { Slots } from './slots.js';

/**
 * Slots found by key through an open-addressing index with linear probing. The subclass knows the key and implements `find`: from `index[hash & mask]` to the
 * slot with the key, or 0.
 */
export abstract class HashedSlots<Slot extends number = number> extends Slots<Slot> {
  protected index: Uint32Array<ArrayBuffer>;
  protected mask: number;

  constructor(stride: number, capacity = 1024) {
    super(stride, capacity);
    this.index = new Uint32Array(2 ** Math.ceil(Math.log2(capacity * 2)));
    this.mask = this.index.length - 1;
  }

  /** Bytes in use, including the index at its average load. */
  override get bytes(): number {
    return super.bytes + this.count * 12;
  }

  /** Visits all slots in use, in arbitrary order; the visitor may take and release none. */
  forEach(visit: (slot: Slot) => void): void {
    for (const slot of this.index) if (slot !== 0) visit(slot as Slot);
  }

  /** Hash of a slot's key, from its words. */
  protected abstract hashOf(slot: Slot): number;

  /** Enters a taken slot, whose key is written, into the index. */
  protected enter(slot: Slot): void {
    if (this.count * 2 > this.index.length) this.growIndex();
    this.place(slot);
  }

  /** Removes a slot from the index and releases it. Later entries move up, so that there are no tombstones. */
  protected leave(slot: Slot): void {
    const { index, mask } = this;
    let hole = this.hashOf(slot) & mask;
    while (index[hole] !== slot) hole = (hole + 1) & mask;
    for (let next = (hole + 1) & mask; index[next] !== 0; next = (next + 1) & mask) {
      const home = this.hashOf(index[next]! as Slot) & mask;
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        index[hole] = index[next]!;
        hole = next;
      }
    }
    index[hole] = 0;
    this.release(slot);
  }

  private place(slot: Slot): void {
    let bucket = this.hashOf(slot) & this.mask;
    while (this.index[bucket] !== 0) bucket = (bucket + 1) & this.mask;
    this.index[bucket] = slot;
  }

  private growIndex(): void {
    const old = this.index;
    this.index = new Uint32Array(old.length * 2);
    this.mask = this.index.length - 1;
    for (const slot of old) if (slot !== 0) this.place(slot as Slot);
  }
}

/** Spreads three words over 32 bits. The multiplications spread ids that producers made by counting. */
export function mix(a: number, b: number, c: number): number {
  let h = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return h ^ (h >>> 13);
}
