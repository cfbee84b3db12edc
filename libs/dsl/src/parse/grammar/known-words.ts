import { STRING_TESTS } from '../../text/operators.js';
import { KEYWORDS } from '../../text/token.js';
import { SPAN_FIELDS, SPAN_FUNCTIONS, TRACE_FIELDS, TRACE_FUNCTIONS } from '../../vocabulary/vocabulary.js';

interface KnownWord {
  readonly kind: 'keyword' | 'name';
  readonly text: string;
}

const NAMES = [SPAN_FIELDS, SPAN_FUNCTIONS, TRACE_FIELDS, TRACE_FUNCTIONS].flat().map(({ name }) => name);

const WORDS: ReadonlyMap<string, KnownWord> = new Map(
  [
    ...[...NAMES, ...STRING_TESTS, 'span', 'trace', 'attribute', 'where'].map((text) => ({ kind: 'name', text }) as const),
    ...[...KEYWORDS].map((text) => ({ kind: 'keyword', text }) as const),
  ].map((word) => [word.text, word]),
);

/** A power of two. */
const SIZE = 1_024;
const BY_HASH: readonly (readonly KnownWord[] | undefined)[] = (() => {
  const words = Map.groupBy(WORDS.values(), ({ text }) => [...text].reduce((hash, letter) => nextHash(hash, letter.charCodeAt(0)), 0));
  return Array.from({ length: SIZE }, (_, hash) => words.get(hash));
})();

/** The hash of a word, character by character, from 0. */
export function nextHash(hash: number, code: number): number {
  return (hash * 31 + code) & (SIZE - 1);
}

/**
 * The word of the language at a place in a text. A token gets this string instead of a piece of the rule's text: nothing is allocated, its hash is known, and
 * it is compared by address.
 */
export function knownWord(text: string, start: number, end: number, hash: number): KnownWord | undefined {
  const words = BY_HASH[hash];
  if (words === undefined) return undefined;
  for (const word of words) if (word.text.length === end - start && text.startsWith(word.text, start)) return word;
  return undefined;
}
