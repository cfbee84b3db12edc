import { SYMBOLS, type SymbolText } from '../text/token.js';

/**
 * Enough of other languages' operators to say what to write instead, by their first character; with all `=` that follow, or the fix would
 * make another of them.
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

/** Those that begin with a character, the longest first. By its code, as one is looked up for each symbol of a text; all are ASCII. */
export const SYMBOLS_OF: readonly (readonly SymbolText[] | undefined)[] = byCode(Map.groupBy(SYMBOLS, ([first]) => first as string));
export const FOREIGN_OF: readonly (readonly (readonly [RegExp, string])[] | undefined)[] = byCode(FOREIGN);

function byCode<T>(byFirst: ReadonlyMap<string, T>): readonly (T | undefined)[] {
  return Array.from({ length: 128 }, (_, code) => byFirst.get(String.fromCharCode(code)));
}

/** Those that begin no other one and no operator of another language: nothing is looked for behind them. */
export const ALONE: readonly (SymbolText | undefined)[] = SYMBOLS_OF.map((symbols, code) =>
  symbols?.length === 1 && FOREIGN_OF[code] === undefined ? symbols[0] : undefined,
);

/** Of one character. */
export const SINGLE: readonly (SymbolText | undefined)[] = SYMBOLS_OF.map((symbols) => symbols?.find(({ length }) => length === 1));
/** With an `=` behind it. */
export const WITH_EQUALS: readonly (SymbolText | undefined)[] = SYMBOLS_OF.map((symbols) =>
  symbols?.find((symbol) => symbol.length === 2 && symbol.endsWith('=')),
);
