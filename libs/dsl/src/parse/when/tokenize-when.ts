import { isLetter } from '../../text/character-codes.js';
import { type Diagnostic, diagnose } from '../../text/diagnostic.js';
import type { ProblemCode } from '../../text/problems.js';
import type { Range, Source } from '../../text/source.js';
import { type Comment, KEYWORDS, type SymbolText, type Token } from '../../text/token.js';
import { parseNumeral } from '../../values/lua/lua-number.js';
import type { Tokens } from '../grammar/tokenize.js';

/** The tokens of the when form, tried in this order. */
const LEXEMES =
  /([ \t\n\r\f\v]+)|(\/\/[^\n\r]*)|("[^"]*")|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|(==|!=|~=|<>|=>|=<|<=|>=|&&|\|\||[<>=!{}()[\],.-])/y;

const FOREIGN: Readonly<Record<string, string>> = {
  '&&': 'and',
  '||': 'or',
  '!': 'not',
  '=': '==',
  '~=': '!=',
  '<>': '!=',
  '=>': '>=',
  '=<': '<=',
};
/** Maximum number of diagnostics for an invalid text. */
const MAX_DIAGNOSTICS = 20;

const LETTER_W = 119;

/** Whether a text starts with `when {`: then comments begin with `//`, and strings have no escapes. */
export function isWhenForm(text: string): boolean {
  // Fast path: most rules begin with another letter.
  const first = text.charCodeAt(0);
  if (isLetter(first) && first !== LETTER_W) return false;
  // A comment extends to the end of its line; otherwise `// // //` would backtrack exponentially.
  return /^(?:\s|\/\/[^\n\r]*(?:[\n\r]|$))*when\s*\{/.test(text);
}

/** Text → tokens, in one pass; continues after errors to report all. */
export function tokenizeWhen(source: Source): Tokens {
  const { text } = source;
  const tokens: Token[] = [];
  const comments: Comment[] = [];
  const diagnostics: Diagnostic[] = [];
  const report = (code: ProblemCode, range: Range, values: Readonly<Record<string, string>>, instead?: string): void => {
    const extras = instead === undefined ? {} : { suggestion: instead, fix: { range, text: spaced(text, range, instead) } };
    diagnostics.push(diagnose(source, code, range, values, extras));
  };
  let at = 0;
  while (at < text.length && diagnostics.length < MAX_DIAGNOSTICS) {
    LEXEMES.lastIndex = at;
    const match = LEXEMES.exec(text);
    if (match === null) {
      const end = text[at] === '"' ? text.length : at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
      report(
        text[at] === '"' ? 'BT_DSL_UNFINISHED_STRING' : 'BT_DSL_UNKNOWN_CHARACTER',
        { start: at, end },
        { near: shown(text, at, end) },
      );
      at = end;
      continue;
    }
    const [lexeme, space, comment, string, number, name, symbol] = match;
    const range = { start: at, end: at + lexeme.length };
    at = range.end;
    if (comment !== undefined) comments.push({ text: lexeme, range });
    else if (string !== undefined)
      tokens.push({ kind: 'string', value: lexeme.slice(1, -1), isText: true, isRaw: true, text: lexeme, range });
    else if (number !== undefined) tokens.push({ kind: 'number', value: parseNumeral(lexeme) ?? 0, text: lexeme, range });
    else if (name !== undefined) tokens.push({ kind: KEYWORDS.has(name) ? 'keyword' : 'name', text: name, range });
    else if (symbol !== undefined) {
      const instead = FOREIGN[symbol];
      if (instead !== undefined) report('BT_DSL_FOREIGN_OPERATOR', range, { found: symbol, instead }, instead);
      tokens.push(
        instead === undefined || !/^[a-z]/.test(instead) ? symbolOf(instead ?? symbol, range) : { kind: 'keyword', text: instead, range },
      );
    } else if (space === undefined) break;
  }
  tokens.push({ kind: 'end', text: '', range: { start: text.length, end: text.length } });
  return { tokens, comments, diagnostics };
}

/** Fixes `a&&b` to `a and b`, and `a && b` too; comparisons need no spaces. */
function spaced(text: string, { start, end }: Range, word: string): string {
  if (!/^[a-z]/.test(word)) return word;
  const before = start === 0 || /[\s(]/.test(text[start - 1] ?? '') ? '' : ' ';
  return `${before}${word}${/\s/.test(text[end] ?? '') ? '' : ' '}`;
}

function symbolOf(text: string, range: Range): Token {
  return { kind: 'symbol', text: text as SymbolText, range };
}

function shown(text: string, start: number, end: number): string {
  return end - start > 40 ? `${text.slice(start, start + 40)}…` : text.slice(start, end);
}
