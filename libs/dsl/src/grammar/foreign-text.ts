import { STRING_TESTS } from '../text/operators.js';
import { KEYWORDS } from '../text/token.js';

export const SLASHES = /\/\//y;

/** A comment as C writes it: two words in a row can't be operands. Lua's `//` divides. */
export const FOREIGN_COMMENT = new RegExp(
  `//(?=[^\\S\\n\\r]*[A-Za-z][\\w,.']*[^\\S\\n\\r]+(?!(?:${[...KEYWORDS, ...STRING_TESTS].join('|')})\\b)[A-Za-z]\\w*(?![\\w]|\\s*[=(:.,]))`,
  'y',
);
export const FOREIGN_BLOCK = /\/\*[\s\S]*?\*\//y;
/** A word behind slashes, with which nothing is done that is done with a value. */
export const WORD_BEHIND = /\/\/[^\S\n\r]*[A-Za-z_]\w*(?=[^\S\n\r]*(?:[\n\r]|$)|[:!?,](?:\s|$))/y;
/** Names that stand for something without being declared. */
export const KNOWN_NAMES: ReadonlySet<string> = new Set(['span', 'trace', 'attribute', 'string', 'table', 'math']);

export function countWords(text: string): ReadonlyMap<string, number> {
  const words = new Map<string, number>();
  for (const [word] of text.matchAll(/[A-Za-z_]\w*/g)) words.set(word, (words.get(word) ?? 0) + 1);
  return words;
}

/** A regular expression as JavaScript and Perl write it. */
export const REGEX_LITERAL = /\/(?:[^/\\\n\r]|\\[^\n\r])+\/[a-z]*/y;
export const CURLY_QUOTED = /[“”„]([^“”„"\\\n\r]*)[“”]|[‘’]([^‘’'"\\\n\r]*)[‘’]/y;
export const CURLY_QUOTES = '“”„‘’';
export const REST_OF_LINE = /[^\r\n]*/y;
