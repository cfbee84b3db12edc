import type { KeyLog } from './key-log.js';

/** Load factor: when the index is built, and its maximum. */
const SPARSE = 0.55;
const FULL = 0.75;
const MIN_PLACES = 1024;

/**
 * Finds the number of the last key with given bits in a log. It is built and updated on lookup, because few logs are ever searched: entering every key costs
 * several times as much as writing it.
 */
export class KeyIndex {
  /** Numbers of keys less `base`, plus 1; 0 for none. Some may be of keys that the log has dropped. */
  private places = new Uint32Array(0);
  private base = 0;
  private taken = 0;
  /** The first key of the log that is not entered yet. */
  private entered = 0;

  constructor(private readonly log: KeyLog) {}

  has(high: number, low: number): boolean {
    this.enterNew();
    const { places, base, log } = this;
    for (let place = this.placeOf(high); places[place] !== 0; place = this.after(place)) {
      const number = base + places[place]! - 1;
      if (number >= log.first && log.high(number) === high && log.low(number) === low) return true;
    }
    return false;
  }

  /** Frees its memory until the next use. */
  clear(): void {
    this.places = new Uint32Array(0);
    this.taken = 0;
    this.entered = 0;
  }

  get bytes(): number {
    return this.places.byteLength;
  }

  private enterNew(): void {
    const { log } = this;
    this.entered = Math.max(this.entered, log.first);
    if (this.places.length === 0 || this.taken + log.next - this.entered > FULL * this.places.length) this.rebuild();
    for (; this.entered < log.next; this.entered++) this.enter(this.entered);
  }

  /** Capacity for the current keys of the log. */
  private rebuild(): void {
    this.places = new Uint32Array(Math.max(MIN_PLACES, Math.ceil(this.log.length / SPARSE)));
    this.base = this.log.first;
    this.entered = this.log.first;
    this.taken = 0;
  }

  private enter(number: number): void {
    const { places, base, log } = this;
    const high = log.high(number);
    const low = log.low(number);
    let place = this.placeOf(high);
    for (; places[place] !== 0; place = this.after(place)) {
      const known = base + places[place]! - 1;
      // The last of equal keys is enough: so a sender that repeats itself makes no long chains.
      if (known >= log.first && log.high(known) === high && log.low(known) === low) break;
    }
    if (places[place] === 0) this.taken++;
    places[place] = number - base + 1;
  }

  private placeOf(high: number): number {
    return Math.floor((high / 2 ** 32) * this.places.length);
  }

  private after(place: number): number {
    return place + 1 === this.places.length ? 0 : place + 1;
  }
}
