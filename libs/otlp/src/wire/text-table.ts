import { utf8 } from './utf8.js';

/** Texts of more bytes than this are decoded each time. */
const MAX_BYTES = 64;
const WORDS = MAX_BYTES / 4;

/**
 * Texts by their bytes. Span names, services and most attribute values repeat, and a look-up costs about a quarter of decoding them again. Bounded: sets of two
 * entries each. A new text takes only the second entry of its set, where the next new one replaces it. It moves to the first when it is seen again. So a flood
 * of unique values neither grows the table nor evicts what repeats. Its answers do not depend on what it holds, so it may be shared within a thread.
 */
export class TextTable {
  private readonly mask: number;
  private readonly lengths: Int32Array;
  private readonly words: Int32Array;
  private readonly texts: string[];

  /** `sets` is a power of two: 2 * sets texts of up to 64 bytes. */
  constructor(sets = 2048) {
    this.mask = sets - 1;
    this.lengths = new Int32Array(2 * sets);
    this.words = new Int32Array(2 * sets * WORDS);
    this.texts = new Array<string>(2 * sets).fill('');
  }

  /** The UTF-8 text at `start` (included) to `end` (not); `view` is over the same bytes. */
  read(bytes: Uint8Array, view: DataView, start: number, end: number): string {
    const length = end - start;
    if (length < 4 || length > MAX_BYTES) return length === 0 ? '' : length < 4 ? short(bytes, start, end) : utf8(bytes, start, end);
    const last = end - 4;
    // Two independent chains: each step of one takes five cycles.
    let hash = Math.imul(view.getInt32(last, true) ^ length, 0x9e3779b1);
    let other = length;
    let from = start;
    for (; from + 4 < last; from += 8) {
      hash = Math.imul((hash >>> 15) ^ hash ^ view.getInt32(from, true), 0x85ebca6b);
      other = Math.imul((other >>> 15) ^ other ^ view.getInt32(from + 4, true), 0x27d4eb2f);
    }
    if (from < last) hash = Math.imul((hash >>> 15) ^ hash ^ view.getInt32(from, true), 0x85ebca6b);
    hash ^= other ^ (other >>> 13);
    const place = ((hash ^ (hash >>> 16)) & this.mask) << 1;
    if (this.holds(place, view, start, last, length)) return this.texts[place]!;
    if (this.holds(place + 1, view, start, last, length)) {
      this.swap(place);
      return this.texts[place]!;
    }
    const text = utf8(bytes, start, end);
    this.put(place + 1, view, start, last, length, text);
    return text;
  }

  /** The number of texts. */
  get size(): number {
    return this.lengths.reduce((count, length) => count + (length === 0 ? 0 : 1), 0);
  }

  /** Whether the table holds a text. */
  holdsText(text: string): boolean {
    return this.texts.includes(text);
  }

  private holds(place: number, view: DataView, start: number, last: number, length: number): boolean {
    if (this.lengths[place] !== length) return false;
    const words = this.words;
    let at = place * WORDS;
    if (words[at++] !== view.getInt32(last, true)) return false;
    for (let from = start; from < last; from += 4) if (words[at++] !== view.getInt32(from, true)) return false;
    return true;
  }

  private put(place: number, view: DataView, start: number, last: number, length: number, text: string): void {
    let at = place * WORDS;
    this.words[at++] = view.getInt32(last, true);
    for (let from = start; from < last; from += 4) this.words[at++] = view.getInt32(from, true);
    this.lengths[place] = length;
    this.texts[place] = text;
  }

  private swap(place: number): void {
    const at = place * WORDS;
    for (let i = at; i < at + WORDS; i++) {
      const word = this.words[i]!;
      this.words[i] = this.words[i + WORDS]!;
      this.words[i + WORDS] = word;
    }
    const length = this.lengths[place]!;
    this.lengths[place] = this.lengths[place + 1]!;
    this.lengths[place + 1] = length;
    const text = this.texts[place]!;
    this.texts[place] = this.texts[place + 1]!;
    this.texts[place + 1] = text;
  }
}

/** One to three bytes: from the codes when they are ASCII. */
function short(bytes: Uint8Array, start: number, end: number): string {
  const a = bytes[start]!;
  if (end - start === 1 && a < 0x80) return String.fromCharCode(a);
  const b = bytes[start + 1]!;
  const c = bytes[end - 1]!;
  if ((a | b | c) >= 0x80) return utf8(bytes, start, end);
  return end - start === 2 ? String.fromCharCode(a, b) : String.fromCharCode(a, b, c);
}
