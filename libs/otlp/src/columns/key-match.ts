const encoder = new TextEncoder();

/**
 * Finds which of a fixed set of keys is at a place in a request, without making a text of it. Most other keys are excluded by length, or by a hash of length
 * and three bytes. Then all bytes are compared, four at once.
 */
export class KeyMatch {
  /** Candidate keys by number, as chains: `table` by hash, `next` by key. */
  private readonly table: Int16Array;
  private readonly next: Int16Array;
  private readonly mask: number;
  /** 1 where some key has this number of bytes. */
  private readonly byLength: Uint8Array;
  private readonly starts: Int32Array;
  private readonly lengths: Int32Array;
  private readonly view: DataView;

  /** The keys are unique. */
  constructor(keys: readonly string[]) {
    const encoded = keys.map((key) => encoder.encode(key));
    const bytes = new Uint8Array(encoded.reduce((sum, key) => sum + key.length, 0));
    this.view = new DataView(bytes.buffer);
    this.starts = new Int32Array(keys.length);
    this.lengths = Int32Array.from(encoded, (key) => key.length);
    this.byLength = new Uint8Array(Math.max(0, ...this.lengths) + 1);
    let size = 64;
    while (size < 8 * keys.length) size *= 2;
    this.mask = size - 1;
    this.table = new Int16Array(size).fill(-1);
    this.next = new Int16Array(keys.length).fill(-1);
    let at = 0;
    encoded.forEach((key, i) => {
      bytes.set(key, at);
      this.starts[i] = at;
      this.byLength[key.length] = 1;
      const slot = this.slot(key, 0, key.length);
      this.next[i] = this.table[slot]!;
      this.table[slot] = i;
      at += key.length;
    });
  }

  /** The number of the key at `start`, `length` bytes long; -1 when it is not in the set. `view`: over `bytes`. */
  find(bytes: Uint8Array, view: DataView, start: number, length: number): number {
    if (length >= this.byLength.length || this.byLength[length] === 0) return -1;
    let candidate = this.table[this.slot(bytes, start, length)]!;
    while (candidate >= 0 && !(this.lengths[candidate] === length && this.equals(candidate, view, start, length))) {
      candidate = this.next[candidate]!;
    }
    return candidate;
  }

  /**
   * Whether the KeyValue message from `at` to `end` may have a key of the set; false at once for most others. (If it has several keys, the first counts; no
   * encoder writes such.)
   */
  mayHold(bytes: Uint8Array, at: number, end: number): boolean {
    if (at + 2 > end || bytes[at] !== 0x0a || bytes[at + 1]! >= 0x80) return true;
    return this.mayHoldOf(bytes, at + 2, bytes[at + 1]!);
  }

  /** Likewise, for a key of `length` bytes. */
  mayHoldOf(bytes: Uint8Array, start: number, length: number): boolean {
    return length < this.byLength.length && this.byLength[length] !== 0 && this.table[this.slot(bytes, start, length)]! >= 0;
  }

  private slot(bytes: Uint8Array, start: number, length: number): number {
    if (length === 0) return 0;
    const hash = length * 0x25 + bytes[start]! * 0x3 + bytes[start + (length >>> 1)]! * 0x11 + bytes[start + length - 1]! * 0x65;
    return (hash ^ (hash >>> 6)) & this.mask;
  }

  private equals(candidate: number, view: DataView, start: number, length: number): boolean {
    const own = this.view;
    const from = this.starts[candidate]!;
    let at = 0;
    for (; at + 4 <= length; at += 4) if (own.getInt32(from + at) !== view.getInt32(start + at)) return false;
    for (; at < length; at++) if (own.getUint8(from + at) !== view.getUint8(start + at)) return false;
    return true;
  }
}
