import { Slots } from './slots.js';

/**
 * Slots found by a key of their own through an open-addressing index with linear probing. `find` is the subclass's, which
 * knows the key: it starts at `index[hash & mask]` and goes on until the slot with the key, or 0.
 */
export abstract class HashedSlots<Slot extends number = number> extends Slots<Slot> {
  protected index: Uint32Array<ArrayBuffer>;
  protected mask: number;

  constructor(stride: number, capacity = 1024) {
    super(stride, capacity);
    this.index = new Uint32Array(2 ** Math.ceil(Math.log2(capacity * 2)));
    this.mask = this.index.length - 1;
  }

  /** With the index, at the load that it has on average. */
  override get bytes(): number {
    return super.bytes + this.count * 12;
  }

  /** Visits all slots in use, in no order that means anything; none may be taken or released meanwhile. */
  forEach(visit: (slot: Slot) => void): void {
    for (const slot of this.index) if (slot !== 0) visit(slot as Slot);
  }

  /** Hash of a slot's key, from its words. */
  protected abstract hashOf(slot: Slot): number;

  /** Puts a taken slot, whose key is written, into the index. */
  protected enter(slot: Slot): void {
    if (this.count * 2 > this.index.length) this.growIndex();
    this.place(slot);
  }

  /** Takes a slot out of the index and releases it. Those behind it move up, so that no tombstones build up. */
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

/** Spreads three words over 32 bits. Ids that producers made by counting must spread too, hence the multiplications. */
export function mix(a: number, b: number, c: number): number {
  let h = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return h ^ (h >>> 13);
}
