import {
  APOSTROPHE,
  BACKSLASH,
  BRACKET,
  CARRIAGE_RETURN,
  DOT,
  EQUALS,
  isDigit,
  isLetter,
  isOfWord,
  isSpace,
  LINE_FEED,
  MINUS,
  QUOTE,
  SLASH,
} from '../../text/character-codes.js';
import { type Diagnostic, type DiagnosticExtras, diagnose } from '../../text/diagnostic.js';
import { STRING_TESTS } from '../../text/operators.js';
import type { ProblemCode } from '../../text/problems.js';
import { sizeMeant } from '../../text/size.js';
import type { Source } from '../../text/source.js';
import { closing, doubled, normalizeLines, skipLineBreak, unescapeString } from '../../text/string-literal.js';
import { type Comment, KEYWORDS, quoteNear, type SymbolText, type Token } from '../../text/token.js';
import { durationMeant, durationValue } from '../../values/lua/duration.js';
import { parseNumeral } from '../../values/lua/lua-number.js';
import {
  CURLY_QUOTED,
  CURLY_QUOTES,
  countWords,
  FOREIGN_BLOCK,
  FOREIGN_COMMENT,
  KNOWN_NAMES,
  REGEX_LITERAL,
  REST_OF_LINE,
  SLASHES,
  WORD_BEHIND,
} from './foreign-text.js';
import { knownWord, nextHash } from './known-words.js';
import { ALONE, FOREIGN_OF, SINGLE, SYMBOLS_OF, WITH_EQUALS } from './symbols-by-code.js';
import { wholeNumber } from './whole-number.js';

export interface Tokens {
  /** The last token is `end`. */
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Text → tokens: Lua 5.3's lexis, durations, `!=` and `!`. One pass; continues after errors so that all are reported. */
export function tokenize(source: Source): Tokens {
  return new Tokenizer(source).run();
}

/** Lua's rule for numerals: digits, letters, dots and signed exponents. Whether it is a number is decided later. */
const NUMERAL = /0[xX](?:[pP][+-]?|[0-9a-zA-Z_.])*|(?:[eE][+-]?|[0-9a-zA-Z_.µ])+/y;
/** The end of a duration's unit; no numeral ends so. */
const WITH_UNIT = /[smh]$/;
const LONG_BRACKET = /\[(=*)\[/y;
/** Maximum of diagnostics for a text of garbage. */
const MAX_DIAGNOSTICS = 20;

class Tokenizer {
  readonly #source: Source;
  readonly #text: string;
  readonly #tokens: Token[] = [];
  readonly #comments: Comment[] = [];
  /** How often each word occurs in the text. */
  #words: ReadonlyMap<string, number> | undefined;
  readonly #diagnostics: Diagnostic[] = [];
  #at = 0;
  /** The last scanned string contains a backslash. */
  #hasEscape = false;

  constructor(source: Source) {
    this.#source = source;
    this.#text = source.text;
  }

  run(): Tokens {
    for (;;) {
      this.#skipSpace();
      if (this.#at >= this.#text.length || this.#diagnostics.length >= MAX_DIAGNOSTICS) break;
      this.#readOne();
    }
    const end = this.#text.length;
    this.#tokens.push({ kind: 'end', text: '', range: { start: end, end } });
    return { tokens: this.#tokens, comments: this.#comments, diagnostics: this.#diagnostics };
  }

  #readOne(): void {
    const code = this.#text.charCodeAt(this.#at);
    if (isLetter(code)) return this.#readName();
    const alone = ALONE[code];
    const next = this.#text.charCodeAt(this.#at + 1);
    if (code === QUOTE || code === APOSTROPHE) this.#readString(code);
    else if (isDigit(code) || (code === DOT && isDigit(next))) this.#readNumeral();
    else if (code === MINUS && next === MINUS) this.#readComment();
    else if (code === BRACKET && (next === BRACKET || next === EQUALS)) this.#readBracket();
    else if (alone !== undefined) this.#pushSymbol(alone);
    else {
      const plain = this.#plainSymbol(code, next);
      if (plain === undefined) this.#readSymbol(code);
      else this.#pushSymbol(plain);
    }
  }

  #readBracket(): void {
    const bracket = this.#match(LONG_BRACKET);
    if (bracket === undefined) this.#pushSymbol('[');
    else this.#readLongString(bracket);
  }

  #skipSpace(): void {
    const text = this.#text;
    let at = this.#at;
    while (isSpace(text.charCodeAt(at))) at++;
    this.#at = at;
  }

  #readName(): void {
    const text = this.#text;
    const start = this.#at;
    let at = start;
    let code = text.charCodeAt(at);
    let hash = 0;
    do {
      hash = nextHash(hash, code);
      code = text.charCodeAt(++at);
    } while (isOfWord(code));
    this.#at = at;
    const symbol = knownWord(text, start, at, hash);
    const range = { start, end: at };
    if (symbol === undefined) this.#tokens.push({ kind: 'name', text: text.slice(start, at), range });
    else this.#tokens.push({ kind: symbol.kind, text: symbol.text, range });
  }

  /** The common cases: a dot before a name, `==`, `>=`, and one character before a space. */
  #plainSymbol(code: number, next: number): SymbolText | undefined {
    if (next === EQUALS) return this.#text.charCodeAt(this.#at + 2) === EQUALS ? undefined : WITH_EQUALS[code];
    return (code === DOT && isLetter(next)) || (code !== SLASH && isSpace(next)) ? SINGLE[code] : undefined;
  }

  #readSymbol(code: number): void {
    const start = this.#at;
    // The common case of a symbol that begins with `=`.
    const isEquality = code === EQUALS && this.#text[start + 1] === '=' && this.#text[start + 2] !== '=';
    for (const [pattern, instead] of isEquality ? [] : (FOREIGN_OF[code] ?? [])) {
      const foreign = this.#match(pattern);
      if (foreign === undefined) continue;
      this.#at += foreign.length;
      const range = this.#rangeFrom(start);
      const fix = { range, text: this.#spaced(instead, range) };
      this.#report('BT_DSL_FOREIGN_OPERATOR', start, { found: foreign, instead: instead.trim() }, { suggestion: instead.trim(), fix });
      this.#pushInstead(instead.trim(), start);
      return;
    }
    if (code === SLASH && (this.#readForeignComment() || this.#readRegexLiteral())) return;
    for (const symbol of SYMBOLS_OF[code] ?? []) if (this.#text.startsWith(symbol, start)) return this.#pushSymbol(symbol);
    if (code > 127 && CURLY_QUOTES.includes(this.#text[start]!) && this.#readCurlyQuotes()) return;
    this.#at += (this.#text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1;
    this.#report('BT_DSL_UNKNOWN_CHARACTER', start, { near: quoteNear(this.#text.slice(start, this.#at)) });
  }

  #pushSymbol(text: SymbolText): void {
    const start = this.#at;
    this.#at += text.length;
    this.#tokens.push({ kind: 'symbol', text, range: this.#rangeFrom(start) });
  }

  /** `// comment`. */
  #readForeignComment(): boolean {
    // At the beginning there is nothing to divide.
    const block = this.#match(FOREIGN_BLOCK);
    if (block !== undefined) return this.#blockComment(block);
    const isComment = this.#tokens.length === 0 || this.#match(FOREIGN_COMMENT) !== undefined || this.#isWordAlone();
    const foreign = isComment ? this.#match(SLASHES) : undefined;
    if (foreign === undefined) return false;
    const start = this.#at;
    this.#at += foreign.length;
    const fix = { range: this.#rangeFrom(start), text: '--' };
    this.#report('BT_DSL_FOREIGN_OPERATOR', start, { found: '//', instead: '--' }, { expected: 'a comment', suggestion: '--', fix });
    this.#at += this.#match(REST_OF_LINE)?.length ?? 0;
    return true;
  }

  /** After `//` comes a word that occurs nowhere else and is not a word of the language: there is no such value to divide by. */
  #isWordAlone(): boolean {
    const [, word] = this.#match(WORD_BEHIND)?.match(/([A-Za-z_]\w*)$/) ?? [];
    if (word === undefined || KEYWORDS.has(word) || KNOWN_NAMES.has(word)) return false;
    this.#words ??= countWords(this.#text);
    // In a script it may be a misspelt variable.
    return this.#words.get(word) === 1 && !(this.#tokens.at(-1)?.kind === 'name' && this.#words.has('local'));
  }

  /** A comment in C's form over several lines. */
  #blockComment(written: string): true {
    const start = this.#at;
    this.#at += written.length;
    const text = `--[[${written.slice(2, -2)}]]`;
    const fix = written.includes(']]') ? undefined : { range: this.#rangeFrom(start), text };
    this.#report(
      'BT_DSL_FOREIGN_OPERATOR',
      start,
      { found: '/* … */', instead: '--[[ … ]]' },
      { expected: 'a comment', suggestion: '--[[ … ]]', fix },
    );
    return true;
  }

  /** `matches /^a/i`. */
  #readRegexLiteral(): boolean {
    const test = this.#tokens.at(-1);
    const written = test?.kind === 'name' && test.text === 'matches' ? this.#match(REGEX_LITERAL) : undefined;
    if (written === undefined) return false;
    const start = this.#at;
    this.#at += written.length;
    const end = written.lastIndexOf('/');
    const flags = written.slice(end + 1).replace(/[^ims]/g, '');
    const pattern = written.slice(1, end).replaceAll('\\/', '/');
    const text = `"${`${flags === '' ? '' : `(?${flags})`}${pattern}`.replace(/["\\]/g, '\\$&')}"`;
    const range = this.#rangeFrom(start);
    const extras = { expected: 'a text', suggestion: text, fix: { range, text } };
    this.#report('BT_DSL_FOREIGN_OPERATOR', start, { found: '/…/', instead: '"…"' }, extras);
    this.#tokens.push({ kind: 'string', value: pattern, isText: true, text, range });
    return true;
  }

  /** `“text”`, as word processors write it. */
  #readCurlyQuotes(): boolean {
    const quoted = this.#match(CURLY_QUOTED);
    if (quoted === undefined) return false;
    const start = this.#at;
    this.#at += quoted.length;
    const range = this.#rangeFrom(start);
    const text = `"${quoted.slice(1, -1)}"`;
    const extras = { expected: 'straight quotes', suggestion: text, fix: { range, text } };
    this.#report('BT_DSL_UNKNOWN_CHARACTER', start, { near: quoteNear(quoted) }, extras);
    this.#tokens.push({ kind: 'string', value: quoted.slice(1, -1), isText: true, text, range });
    return true;
  }

  /** `a&&b` becomes `a and b`, `a && b` too. */
  #spaced(instead: string, range: { start: number; end: number }): string {
    const before = /\s/.test(this.#text[range.start - 1] ?? ' ') ? instead.trimStart() : instead;
    return /\s/.test(this.#text[range.end] ?? ' ') ? before.trimEnd() : before;
  }

  /** Adds the intended token, so that the rest is checked as well. */
  #pushInstead(instead: string, start: number): void {
    const range = this.#rangeFrom(start);
    if (KEYWORDS.has(instead)) this.#tokens.push({ kind: 'keyword', text: instead, range });
    else if (STRING_TESTS.has(instead)) this.#tokens.push({ kind: 'name', text: instead, range });
    else this.#tokens.push({ kind: 'symbol', text: instead as SymbolText, range });
  }

  #readNumeral(): void {
    const start = this.#at;
    const whole = wholeNumber(this.#text, start);
    if (whole !== undefined) {
      this.#at = whole.range.end;
      this.#tokens.push(whole);
      return;
    }
    const text = this.#match(NUMERAL) ?? '';
    this.#at += text.length;
    const range = this.#rangeFrom(start);
    const value = WITH_UNIT.test(text) ? undefined : parseNumeral(text);
    if (value !== undefined) {
      this.#tokens.push({ kind: 'number', value, text, range });
      return;
    }
    const nanoseconds = durationValue(text);
    if (nanoseconds !== undefined) {
      this.#tokens.push({ kind: 'duration', nanoseconds, text, range });
      return;
    }
    const meant = numberMeant(text);
    const fix = meant === undefined ? undefined : { range, text: meant };
    const expected = 'a number, or a duration such as 500ms, 1.5s, 2m (ns, us, ms, s, m, h, d)';
    this.#report('BT_DSL_MALFORMED_NUMBER', start, { near: quoteNear(text) }, { expected, suggestion: meant, fix });
    this.#tokens.push({ kind: 'number', value: 0, text, range });
  }

  #readString(quote: number): void {
    const start = this.#at;
    const end = this.#findQuote(quote);
    const closed = this.#text.charCodeAt(end) === quote;
    this.#at = closed ? end + 1 : end;
    const text = this.#text.slice(start, this.#at);
    if (!closed) this.#report('BT_DSL_UNFINISHED_STRING', start, { near: quoteNear(text) }, { expected: String.fromCharCode(quote) });
    const range = this.#rangeFrom(start);
    if (!this.#hasEscape) {
      this.#tokens.push({ kind: 'string', value: this.#text.slice(start + 1, end), isText: true, text, range });
      return;
    }
    const unescaped = unescapeString(this.#text, start + 1, end);
    if ('value' in unescaped) {
      this.#tokens.push({ kind: 'string', value: unescaped.value, isText: unescaped.isText, text, range });
      return;
    }
    const near = quoteNear(this.#text.slice(unescaped.start, unescaped.end));
    const fix = { range, text: text.replace(/\\([\s\S])/g, doubled) };
    const isMended = closed && 'value' in unescapeString(fix.text, 1, fix.text.length - 1);
    const extras = isMended ? { suggestion: fix.text, fix } : {};
    this.#add('BT_DSL_BAD_ESCAPE', { start: unescaped.start, end: unescaped.end }, { reason: unescaped.reason, near }, extras);
    this.#tokens.push({ kind: 'string', value: '', isText: true, text, range });
  }

  /** The offset of the closing quote, or of the line break or end that comes before it. */
  #findQuote(quote: number): number {
    this.#hasEscape = false;
    const text = this.#text;
    let at = this.#at + 1;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === quote || code === LINE_FEED || code === CARRIAGE_RETURN) return at;
      if (code !== BACKSLASH) continue;
      this.#hasEscape = true;
      const next = this.#text[at + 1] ?? '';
      if (next === '\n' || next === '\r') at = skipLineBreak(this.#text, at + 1) - 1;
      else if (next === 'z') {
        at += 1;
        while (/[ \f\n\r\t\v]/.test(this.#text[at + 1] ?? '')) at++;
      } else at += 1;
    }
    return this.#text.length;
  }

  #readLongString(bracket: string): void {
    const start = this.#at;
    const inside = this.#skipLong(bracket);
    const range = this.#rangeFrom(start);
    const text = this.#text.slice(start, this.#at);
    if (inside === undefined) this.#report('BT_DSL_UNFINISHED_STRING', start, { near: quoteNear(text) }, { expected: closing(bracket) });
    this.#tokens.push({ kind: 'string', value: normalizeLines(inside ?? ''), isText: true, text, range });
  }

  #readComment(): void {
    const start = this.#at;
    this.#at += 2;
    const bracket = this.#text[this.#at] === '[' ? this.#match(LONG_BRACKET) : undefined;
    if (bracket === undefined) {
      this.#at += this.#match(REST_OF_LINE)?.length ?? 0;
    } else if (this.#skipLong(bracket) === undefined) {
      this.#report('BT_DSL_UNFINISHED_STRING', start, { near: quoteNear(bracket) }, { expected: closing(bracket) });
    }
    this.#comments.push({ text: this.#text.slice(start, this.#at), range: this.#rangeFrom(start) });
  }

  /** Moves after the closing bracket; returns the text inside, or undefined when it never closes. */
  #skipLong(bracket: string): string | undefined {
    const from = this.#at + bracket.length;
    const end = this.#text.indexOf(closing(bracket), from);
    this.#at = end === -1 ? this.#text.length : end + bracket.length;
    return end === -1 ? undefined : this.#text.slice(from, end);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    return match === null ? undefined : match[0];
  }

  #rangeFrom(start: number): { start: number; end: number } {
    return { start, end: this.#at };
  }

  #report(code: ProblemCode, start: number, values: Readonly<Record<string, string>>, extras: DiagnosticExtras = {}): void {
    this.#add(code, this.#rangeFrom(start), values, extras);
  }

  #add(
    code: ProblemCode,
    range: { start: number; end: number },
    values: Readonly<Record<string, string>>,
    extras: DiagnosticExtras = {},
  ): void {
    this.#diagnostics.push(diagnose(this.#source, code, range, values, extras));
  }
}

/** `1sec`, `1_000`, `10MB`. */
function numberMeant(text: string): string | undefined {
  const plain = text.replaceAll('_', '');
  return durationMeant(plain) ?? sizeMeant(plain) ?? (plain !== text && parseNumeral(plain) !== undefined ? plain : undefined);
}
