const encoder = new TextEncoder();

/**
 * Finds which of a fixed set of keys lies at a place in a request, without making a text of it: a table indexed by a hash of
 * length and three bytes, chosen so that most keys that are not in the set end there, then one comparison of all bytes.
 */
export class KeyMatch {
  private readonly table: Int16Array;
  private readonly next: Int16Array;
  private readonly starts: Int32Array;
  private readonly lengths: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly mask: number;

  /** Keys by index; of equal keys the first is found. */
  constructor(keys: readonly string[]) {
    const encoded = keys.map((key) => encoder.encode(key));
    this.starts = new Int32Array(keys.length);
    this.lengths = Int32Array.from(encoded, (key) => key.length);
    this.bytes = new Uint8Array(encoded.reduce((sum, key) => sum + key.length, 0));
    encoded.reduce((at, key, i) => {
      this.starts[i] = at;
      this.bytes.set(key, at);
      return at + key.length;
    }, 0);
    let size = 64;
    while (size < 8 * keys.length) size *= 2;
    this.mask = size - 1;
    this.table = new Int16Array(size).fill(-1);
    this.next = new Int16Array(keys.length).fill(-1);
    for (let i = keys.length - 1; i >= 0; i--) {
      const slot = this.slot(this.bytes, this.starts[i]!, this.lengths[i]!);
      this.next[i] = this.table[slot]!;
      this.table[slot] = i;
    }
  }

  /** The index of the key that lies at `start`, `length` bytes long; -1 when it is none of the set. */
  find(bytes: Uint8Array, start: number, length: number): number {
    let candidate = this.table[this.slot(bytes, start, length)]!;
    while (candidate >= 0) {
      if (this.lengths[candidate] === length && this.equals(candidate, bytes, start, length)) return candidate;
      candidate = this.next[candidate]!;
    }
    return -1;
  }

  private slot(bytes: Uint8Array, start: number, length: number): number {
    if (length === 0) return 0;
    const hash = length * 0x25 + bytes[start]! * 0x3 + bytes[start + (length >>> 1)]! * 0x11 + bytes[start + length - 1]! * 0x65;
    return (hash ^ (hash >>> 6)) & this.mask;
  }

  private equals(candidate: number, bytes: Uint8Array, start: number, length: number): boolean {
    const own = this.bytes;
    const from = this.starts[candidate]!;
    for (let i = 0; i < length; i++) if (own[from + i] !== bytes[start + i]) return false;
    return true;
  }
}
