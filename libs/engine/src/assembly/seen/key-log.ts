import type { SpanColumns } from '#otlp';
import { KEY_WORDS, writeSpanKeys } from './span-keys.js';

/** Keys of a chunk: 64 KiB. */
const CHUNK = 2 ** 13;

/** Keys of spans in order of arrival, numbered from 0, in chunks of 8-byte entries. The oldest can be dropped. */
export class KeyLog {
  /** Key n is at `(n % CHUNK) * KEY_WORDS` of its chunk. */
  private readonly chunks = [newChunk()];
  /** The number of `chunks[0]`. */
  private firstChunk = 0;
  /** Dropped chunks for reuse: at most an eighth of those in use, which is how many are dropped at once. */
  private readonly spare: Uint32Array<ArrayBuffer>[] = [];
  /** The numbers of the first key and of the next one. */
  first = 0;
  next = 0;

  /** Appends the keys of all spans except rejected ones, if there are any (`anyRejected`). */
  add(columns: SpanColumns, rejected: boolean): void {
    for (let from = 0; from < columns.length; ) {
      const used = this.next % CHUNK;
      const to = Math.min(columns.length, from + CHUNK - used);
      const at = used * KEY_WORDS;
      this.next += (writeSpanKeys(columns, from, to, rejected, this.chunks.at(-1)!, at) - at) / KEY_WORDS;
      if (this.next % CHUNK === 0 && this.next / CHUNK === this.firstChunk + this.chunks.length) this.begin();
      from = to;
    }
  }

  /** Forgets the keys before a number. */
  dropBefore(number: number): void {
    this.first = number;
    const chunk = Math.floor(number / CHUNK);
    const gone = this.chunks.splice(0, chunk - this.firstChunk);
    this.firstChunk = chunk;
    this.spare.push(...gone);
    this.spare.length = Math.min(this.spare.length, 1 + (this.chunks.length >> 3));
  }

  /** The two halves of a key. */
  high(number: number): number {
    return this.chunkOf(number)[(number % CHUNK) * KEY_WORDS]!;
  }

  low(number: number): number {
    return this.chunkOf(number)[(number % CHUNK) * KEY_WORDS + 1]!;
  }

  /** The number of keys. */
  get length(): number {
    return this.next - this.first;
  }

  get bytes(): number {
    return (this.chunks.length + this.spare.length) * CHUNK * KEY_WORDS * 4;
  }

  private begin(): void {
    this.chunks.push(this.spare.pop() ?? newChunk());
  }

  private chunkOf(number: number): Uint32Array {
    return this.chunks[Math.floor(number / CHUNK) - this.firstChunk]!;
  }
}

function newChunk(): Uint32Array<ArrayBuffer> {
  return new Uint32Array(CHUNK * KEY_WORDS);
}
