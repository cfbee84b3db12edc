import type { Range } from './source.js';

/** Words that are no names, as in Lua. */
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

/** Operators and brackets, the longest first. `!=` and `!` are BeTraceDSL's; `!` alone means `not`. */
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
  // Of no meaning here: the parser says what to write instead.
  '?',
] as const;

export type SymbolText = (typeof SYMBOLS)[number];

/** A piece of the text. Comments are tokens too, but the parser does not see them. */
export type Token =
  | { readonly kind: 'name'; readonly text: string; readonly range: Range }
  | { readonly kind: 'keyword'; readonly text: string; readonly range: Range }
  | { readonly kind: 'symbol'; readonly text: SymbolText; readonly range: Range }
  | { readonly kind: 'number'; readonly value: number | bigint; readonly text: string; readonly range: Range }
  | { readonly kind: 'duration'; readonly nanoseconds: number | bigint; readonly text: string; readonly range: Range }
  | StringToken
  | { readonly kind: 'end'; readonly text: ''; readonly range: Range };

/** `bytes` instead of `value` when the escapes made something that is no UTF-8. */
export interface StringToken {
  readonly kind: 'string';
  readonly value: string;
  readonly isText: boolean;
  /** Its spelling has no escapes (in the `when { … }` form), so it stays as it is. */
  readonly isRaw?: true;
  readonly text: string;
  readonly range: Range;
}

export interface Comment {
  readonly text: string;
  readonly range: Range;
}

/** Part of the text as a message shows it. */
export function quoteNear(text: string): string {
  return text.length > 40 ? `'${text.slice(0, 40)}…'` : `'${text}'`;
}

/** How a message names a token (`near '>'`). */
export function nearText(token: Token): string {
  return token.kind === 'end' ? '<eof>' : quoteNear(token.text);
}
