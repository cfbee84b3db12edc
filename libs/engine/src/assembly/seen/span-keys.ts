import { HIGH, LOW, type SpanColumns } from '#otlp';
import { rejectionOf } from '../../rejection.js';

/** 32-bit words of a key. */
export const KEY_WORDS = 2;

/**
 * Writes the keys of spans `from` to `to` (excluded) into `words` from `at` on, and returns their end. A key is 64 bits of a span's ids, times, parent and
 * kind. Attributes play no part: a key is independent of the rules, and of attributes that a collector adds to a retry. Rejected spans (`rejection.ts`) have
 * none.
 *
 * @param rejected whether any span is (`anyRejected`)
 *
 * Each round takes two words and permutes the 64 bits so far. So only words that differ in several rounds can end in the same key.
 */
export function writeSpanKeys(columns: SpanColumns, from: number, to: number, rejected: boolean, words: Uint32Array, at: number): number {
  const { traceIds, spanIds, parentIds, startWords, endWords, kind } = columns;
  let end = at;
  for (let i = from; i < to; i++) {
    if (rejected && rejectionOf(columns, i) !== undefined) continue;
    const t = 4 * i;
    const s = 2 * i;
    let a = traceIds[t]!;
    let b = traceIds[t + 1]!;
    const trace2 = traceIds[t + 2]!;
    const trace3 = traceIds[t + 3]!;
    const span0 = spanIds[s]!;
    const span1 = spanIds[s + 1]!;
    a = Math.imul(a ^ 0x2545f491, 0x9e3779b1);
    b = Math.imul(b, 0x85ebca6b);
    a ^= b >>> 15;
    b ^= a >>> 13;
    a = Math.imul(a ^ trace2, 0x9e3779b1);
    b = Math.imul(b ^ trace3, 0x85ebca6b);
    a ^= b >>> 15;
    b ^= a >>> 13;
    a = Math.imul(a ^ span0, 0x9e3779b1);
    b = Math.imul(b ^ span1, 0x85ebca6b);
    a ^= b >>> 15;
    b ^= a >>> 13;
    const start = startWords[s + LOW]! ^ Math.imul(startWords[s + HIGH]! ^ parentIds[s + 1]!, 0x27d4eb2f);
    const stop = endWords[s + LOW]! ^ Math.imul(endWords[s + HIGH]! ^ parentIds[s]! ^ kind[i]!, 0x165667b1);
    a = Math.imul(a ^ start, 0x9e3779b1);
    b = Math.imul(b ^ stop, 0x85ebca6b);
    a ^= b >>> 15;
    b ^= a >>> 13;
    a = Math.imul(a, 0xc2b2ae35);
    b = Math.imul(b, 0x27d4eb2f);
    a ^= b >>> 16;
    words[end] = a;
    words[end + 1] = b ^ (a >>> 14);
    end += KEY_WORDS;
  }
  return end;
}
