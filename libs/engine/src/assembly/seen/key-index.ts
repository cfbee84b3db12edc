import type { KeyLog } from './key-log.js';

/** Share of its slots in use when it is built, and at most. */
const SPARSE = 0.55;
const FULL = 0.75;
const LEAST_PLACES = 1024;

/**
 * Finds keys of a log: the number of the last one that came with these bits. Built when it is asked, and then kept up to date by being
 * asked, because few logs ever are: to have every key entered into a table costs several times what it costs to write it down.
 */
export class KeyIndex {
  /** Numbers of keys, from `base` on, and 1; 0 for none. Keys that the log has dropped may be among them. */
  private places = new Uint32Array(0);
  private base = 0;
  private taken = 0;
  /** The next key of the log that is not entered. */
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

  /** For the keys that the log has now. */
  private rebuild(): void {
    this.places = new Uint32Array(Math.max(LEAST_PLACES, Math.ceil(this.log.length / SPARSE)));
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
      // The same key again: of it the last is enough, and a sender that repeats itself makes no long chains.
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
