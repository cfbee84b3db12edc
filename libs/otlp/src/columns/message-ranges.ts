/** Words per message: the number of its first span, and its start and end in the bytes of its request. */
const WORDS = 3;

/**
 * The places of the messages around the spans of some columns: kept once per message, not once per span. The spans of a message are consecutive in the
 * columns; a message without spans is kept too, and never found.
 */
export class MessageRanges {
  /** A typed array, because an array of numbers would release its memory whenever it is emptied. */
  private words = new Int32Array(16 * WORDS);
  private count = 0;

  /** A message from byte `start` to `end` begins; span number `first` is its first, if it has any. */
  begin(first: number, start: number, end: number): void {
    const at = this.count * WORDS;
    if (at === this.words.length) this.grow();
    this.words[at] = first;
    this.words[at + 1] = start;
    this.words[at + 2] = end;
    this.count++;
  }

  /** Drops the messages that begin at span number `length` or later. */
  truncate(length: number): void {
    while (this.count > 0 && this.words[(this.count - 1) * WORDS]! >= length) this.count--;
  }

  /** Where the message of span `i` is. */
  of(i: number): { readonly start: number; readonly end: number } {
    const { words } = this;
    let low = 0;
    let high = this.count;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (words[middle * WORDS]! <= i) low = middle;
      else high = middle;
    }
    return { start: words[low * WORDS + 1]!, end: words[low * WORDS + 2]! };
  }

  private grow(): void {
    const words = new Int32Array(2 * this.words.length);
    words.set(this.words);
    this.words = words;
  }
}
