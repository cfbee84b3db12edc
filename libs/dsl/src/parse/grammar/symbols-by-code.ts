import { SYMBOLS, type SymbolText } from '../../text/token.js';

/**
 * Operators of other languages that have a suggested replacement, by their first character. They include all `=` that follow, because otherwise the
 * fix would produce another operator.
 */
const FOREIGN: ReadonlyMap<string, readonly (readonly [RegExp, string])[]> = new Map([
  ['&', [[/&&/y, ' and ']]],
  ['|', [[/\|\|/y, ' or ']]],
  [
    '=',
    [
      [/={3,}/y, '=='],
      [/=~(?=\s*["'[/])/y, ' matches '],
      // Between conditions `=>` is an implication, which has no operator here.
      [/=>(?=\s*-?[\d.(])/y, '>='],
      [/=<(?!=)/y, '<='],
    ],
  ],
  ['!', [[/!={2,}/y, '!=']]],
  ['<', [[/<>=*/y, '!=']]],
  [
    '?',
    [
      [/\?\?/y, ' or '],
      [/\?\.(?=[A-Za-z_])/y, '.'],
    ],
  ],
]);

/** The symbols that begin with a character, the longest first. The key is its code, which each symbol of a text looks up; all are ASCII. */
export const SYMBOLS_OF: readonly (readonly SymbolText[] | undefined)[] = byCode(Map.groupBy(SYMBOLS, ([first]) => first as string));
export const FOREIGN_OF: readonly (readonly (readonly [RegExp, string])[] | undefined)[] = byCode(FOREIGN);

function byCode<T>(byFirst: ReadonlyMap<string, T>): readonly (T | undefined)[] {
  return Array.from({ length: 128 }, (_, code) => byFirst.get(String.fromCharCode(code)));
}

/** Symbols that begin no other symbol or foreign operator, so nothing further is read after them. */
export const ALONE: readonly (SymbolText | undefined)[] = SYMBOLS_OF.map((symbols, code) =>
  symbols?.length === 1 && FOREIGN_OF[code] === undefined ? symbols[0] : undefined,
);

/** Symbols of one character. */
export const SINGLE: readonly (SymbolText | undefined)[] = SYMBOLS_OF.map((symbols) => symbols?.find(({ length }) => length === 1));
/** Symbols with `=` as their second character. */
export const WITH_EQUALS: readonly (SymbolText | undefined)[] = SYMBOLS_OF.map((symbols) =>
  symbols?.find((symbol) => symbol.length === 2 && symbol.endsWith('=')),
);
