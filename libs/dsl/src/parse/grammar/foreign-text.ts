import { STRING_TESTS } from '../../text/operators.js';
import { KEYWORDS } from '../../text/token.js';

export const SLASHES = /\/\//y;

/** A comment in C's form: two words in a row cannot be operands. In Lua, `//` divides. */
export const FOREIGN_COMMENT = new RegExp(
  `//(?=[^\\S\\n\\r]*[A-Za-z][\\w,.']*[^\\S\\n\\r]+(?!(?:${[...KEYWORDS, ...STRING_TESTS].join('|')})\\b)[A-Za-z]\\w*(?![\\w]|\\s*[=(:.,]))`,
  'y',
);
export const FOREIGN_BLOCK = /\/\*[\s\S]*?\*\//y;
/** A word after slashes that no operator follows. */
export const WORD_BEHIND = /\/\/[^\S\n\r]*[A-Za-z_]\w*(?=[^\S\n\r]*(?:[\n\r]|$)|[:!?,](?:\s|$))/y;
/** Names that have a meaning without a declaration. */
export const KNOWN_NAMES: ReadonlySet<string> = new Set(['span', 'trace', 'attribute', 'string', 'table', 'math']);

export function countWords(text: string): ReadonlyMap<string, number> {
  const words = new Map<string, number>();
  for (const [word] of text.matchAll(/[A-Za-z_]\w*/g)) words.set(word, (words.get(word) ?? 0) + 1);
  return words;
}

/** A regular expression in the form of JavaScript and Perl. */
export const REGEX_LITERAL = /\/(?:[^/\\\n\r]|\\[^\n\r])+\/[a-z]*/y;
export const CURLY_QUOTED = /[“”„]([^“”„"\\\n\r]*)[“”]|[‘’]([^‘’'"\\\n\r]*)[‘’]/y;
export const CURLY_QUOTES = '“”„‘’';
export const REST_OF_LINE = /[^\r\n]*/y;
