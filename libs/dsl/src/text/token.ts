import type { Range } from './source.js';

/** Reserved words, as in Lua. */
export const KEYWORDS: ReadonlySet<string> = new Set([
  'and',
  'break',
  'do',
  'else',
  'elseif',
  'end',
  'false',
  'for',
  'function',
  'goto',
  'if',
  'in',
  'local',
  'nil',
  'not',
  'or',
  'repeat',
  'return',
  'then',
  'true',
  'until',
  'while',
]);

/** Operators and brackets, the longest first. `!=` and `!` (for `not`) are extensions of Lua. */
export const SYMBOLS = [
  '...',
  '..',
  '.',
  '==',
  '=',
  '~=',
  '~',
  '!=',
  '!',
  '<<',
  '<=',
  '<',
  '>>',
  '>=',
  '>',
  '//',
  '/',
  '::',
  ':',
  '+',
  '-',
  '*',
  '%',
  '^',
  '#',
  '&',
  '|',
  '(',
  ')',
  '{',
  '}',
  '[',
  ']',
  ';',
  ',',
  // Not valid here: the parser suggests a replacement.
  '?',
] as const;

export type SymbolText = (typeof SYMBOLS)[number];

/** A token. Comments are tokens too, but the parser skips them. */
export type Token =
  | { readonly kind: 'name'; readonly text: string; readonly range: Range }
  | { readonly kind: 'keyword'; readonly text: string; readonly range: Range }
  | { readonly kind: 'symbol'; readonly text: SymbolText; readonly range: Range }
  | { readonly kind: 'number'; readonly value: number | bigint; readonly text: string; readonly range: Range }
  | { readonly kind: 'duration'; readonly nanoseconds: number | bigint; readonly text: string; readonly range: Range }
  | StringToken
  | { readonly kind: 'end'; readonly text: ''; readonly range: Range };

/** `bytes` replaces `value` if the escapes produced bytes that are not UTF-8. */
export interface StringToken {
  readonly kind: 'string';
  readonly value: string;
  readonly isText: boolean;
  /** The source has no escapes (in the `when { … }` form), so the spelling is kept. */
  readonly isRaw?: true;
  readonly text: string;
  readonly range: Range;
}

export interface Comment {
  readonly text: string;
  readonly range: Range;
}

/** A part of the text, as messages show it. */
export function quoteNear(text: string): string {
  return text.length > 40 ? `'${text.slice(0, 40)}…'` : `'${text}'`;
}

/** A token in a message (`near '>'`). */
export function nearText(token: Token): string {
  return token.kind === 'end' ? '<eof>' : quoteNear(token.text);
}
