import type { Diagnostic } from '../text/diagnostic.js';
import { STRING_TESTS } from '../text/operators.js';
import type { Parsed } from '../text/parsed.js';
import type { Comment, Token } from '../text/token.js';
import { quote } from '../tree/format-expression.js';
import { parse } from './parse.js';

export type Formatted = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Formats a rule: canonical spelling (`!=`, `not`, double quotes), one space around operators, two per level of brackets and blocks. Lines and comments stay
 * where they are (at most one blank line); numbers and durations keep their spelling. Formatting is idempotent and keeps the meaning.
 */
export function format(text: string): Formatted {
  const parsed = parse(text);
  if (parsed.syntax === undefined) return { ok: false, diagnostics: parsed.diagnostics };
  return { ok: true, text: new Layout(parsed).run() };
}

type Piece =
  | { readonly kind: 'token'; readonly token: Token; readonly role: Role }
  | { readonly kind: 'comment'; readonly comment: Comment };

/** The role of a token, which decides the spaces around the same `-`, `(` or `contains`. */
type Role = 'operand' | 'prefix' | 'infix' | 'call' | 'open' | 'close' | 'separator' | 'access' | 'word';

class Layout {
  readonly #parsed: Parsed;
  #text = '';
  /** The lines (of the result) on which the open brackets and blocks began. */
  readonly #open: number[] = [];
  #line = 0;

  constructor(parsed: Parsed) {
    this.#parsed = parsed;
  }

  run(): string {
    const pieces = this.#pieces();
    let previous: Piece | undefined;
    pieces.forEach((piece, index) => {
      if (previous !== undefined) this.#separate(previous, piece, pieces, index);
      this.#write(piece);
      previous = piece;
    });
    return this.#text;
  }

  #pieces(): Piece[] {
    const tokens = this.#parsed.tokens.filter(({ kind }) => kind !== 'end');
    const roles = rolesOf(tokens);
    const pieces: Piece[] = tokens.map((token, index) => ({ kind: 'token', token, role: roles[index] ?? 'operand' }));
    for (const comment of this.#parsed.comments) pieces.push({ kind: 'comment', comment });
    return pieces.sort((a, b) => startOf(a) - startOf(b));
  }

  #separate(previous: Piece, next: Piece, pieces: readonly Piece[], index: number): void {
    const lines = this.#linesBetween(previous, next);
    if (lines > 0 || isLineComment(previous)) {
      const breaks = Math.max(1, Math.min(lines, 2));
      this.#text += '\n'.repeat(breaks) + '  '.repeat(this.#depthBefore(pieces, index));
      this.#line += breaks;
    } else if (needsSpace(previous, next)) this.#text += ' ';
  }

  #linesBetween(previous: Piece | undefined, next: Piece | undefined): number {
    if (previous === undefined || next === undefined) return 0;
    const { source } = this.#parsed;
    return source.place(startOf(next)).line - source.place(endOf(previous)).line;
  }

  /** Brackets that open on one line indent once; brackets that a line closes first do not count for it. */
  #depthBefore(pieces: readonly Piece[], index: number): number {
    let closing = 0;
    for (let at = index; at < pieces.length; at++) {
      const piece = pieces[at];
      if (at > index && this.#linesBetween(pieces[at - 1], piece) > 0) break;
      if (piece?.kind !== 'token' || !closesBlock(piece.token)) break;
      closing++;
      if (opensBlock(piece.token)) break;
    }
    return new Set(this.#open.slice(0, Math.max(0, this.#open.length - closing))).size;
  }

  #write(piece: Piece): void {
    if (piece.kind === 'comment') {
      const lines = piece.comment.text.trimEnd();
      this.#line += lines.split('\n').length - 1;
      this.#text += lines;
      return;
    }
    if (closesBlock(piece.token)) this.#open.pop();
    if (opensBlock(piece.token)) this.#open.push(this.#line);
    this.#text += spell(piece.token);
  }
}

/** The canonical spelling of a token. */
function spell(token: Token): string {
  if (token.kind === 'string') return token.isText && token.isRaw !== true ? quote(token.value) : token.text;
  if (token.kind === 'symbol' && token.text === '~=') return '!=';
  return token.kind === 'symbol' && token.text === '!' ? 'not' : token.text;
}

function startOf(piece: Piece): number {
  return piece.kind === 'token' ? piece.token.range.start : piece.comment.range.start;
}

function endOf(piece: Piece): number {
  return piece.kind === 'token' ? piece.token.range.end : piece.comment.range.end;
}

function isLineComment(piece: Piece): boolean {
  return piece.kind === 'comment' && !/^--\[=*\[/.test(piece.comment.text);
}

function isOneOf(token: Token, texts: string): boolean {
  return (token.kind === 'symbol' || token.kind === 'keyword') && texts.split(' ').includes(token.text);
}

function opensBlock(token: Token): boolean {
  return isOneOf(token, '( [ { function do then repeat else');
}

function closesBlock(token: Token): boolean {
  return isOneOf(token, ') ] } end until else elseif');
}

function rolesOf(tokens: readonly Token[]): Role[] {
  const roles: Role[] = [];
  tokens.forEach((token, index) => {
    roles.push(roleOf(token, tokens[index - 1], roles[index - 1]));
  });
  return roles;
}

function roleOf(token: Token, previous: Token | undefined, before: Role | undefined): Role {
  const afterOperand = before === 'operand' || before === 'close' || (previous !== undefined && isOneOf(previous, 'end'));
  if (token.kind === 'name') return afterOperand && (STRING_TESTS.has(token.text) || token.text === 'where') ? 'infix' : 'operand';
  if (token.kind === 'keyword') {
    // `a.end`: after a dot every word is a name.
    if (before === 'access' || isOneOf(token, 'nil true false')) return 'operand';
    return isOneOf(token, 'and or') ? 'infix' : 'word';
  }
  if (token.kind !== 'symbol') return 'operand';
  if (isOneOf(token, '. : ::')) return 'access';
  if (isOneOf(token, ', ;')) return 'separator';
  if (isOneOf(token, ') ] }')) return 'close';
  if (isOneOf(token, '( [')) return afterOperand || (previous !== undefined && isOneOf(previous, 'function')) ? 'call' : 'open';
  if (isOneOf(token, '{')) return 'open';
  if (isOneOf(token, '...')) return 'operand';
  return afterOperand && !isOneOf(token, '# !') ? 'infix' : 'prefix';
}

function needsSpace(previous: Piece, next: Piece): boolean {
  if (previous.kind === 'comment' || next.kind === 'comment') return true;
  const a = previous;
  const b = next;
  if (a.role === 'access' || b.role === 'access' || b.role === 'separator' || b.role === 'call') return false;
  if (isOneOf(a.token, '{') || isOneOf(b.token, '}')) return !(isOneOf(a.token, '{') && isOneOf(b.token, '}'));
  if (a.role === 'open' || a.role === 'call' || b.role === 'close') return false;
  // `- -x`: two minus signs would begin a comment.
  if (a.role === 'prefix') return isOneOf(a.token, '!') || (isOneOf(a.token, '-') && isOneOf(b.token, '-'));
  return true;
}
