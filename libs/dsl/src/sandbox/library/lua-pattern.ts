import { LuaError } from '../../values/lua/lua-error.js';
import { inClass } from './lua-pattern-class.js';

/**
 * Lua's patterns over bytes, by backtracking as in Lua 5.3. Each step is charged (`spend`), so that a pattern of exponential time ends in an error.
 */
export interface PatternMatch {
  readonly start: number;
  readonly end: number;
  readonly captures: readonly Capture[];
}

/** A piece of the subject, or a position (from 1) for `()`. */
export type Capture = { readonly start: number; readonly end: number } | { readonly position: number };

const MAX_CAPTURES = 32;
const MAX_DEPTH = 200;
const OPEN = -1;
const POSITION = -2;

const [PERCENT, CARET, DOLLAR, LEFT, RIGHT, DOT, BRACKET, CLOSE, STAR, PLUS, MINUS, QUESTION, B, F] = [...'%^$().[]*+-?bf'].map(
  (character) => character.charCodeAt(0),
) as [number, number, number, number, number, number, number, number, number, number, number, number, number, number];

const SPECIALS: ReadonlySet<number> = new Set([...'^$*+?.([%-'].map((character) => character.charCodeAt(0)));

/** The first match at or after `from` (a byte offset); undefined if none. @throws LuaError on a malformed pattern */
export function findPattern(
  subject: Uint8Array,
  pattern: Uint8Array,
  from: number,
  spend: (steps: number) => void,
): PatternMatch | undefined {
  const anchored = pattern[0] === CARET;
  spend(1 + (pattern.length >> 4));
  for (let start = from; start <= subject.length; start++) {
    const matcher = new Matcher(subject, pattern, spend);
    const end = matcher.match(start, anchored ? 1 : 0);
    if (end !== -1) return { start, end, captures: matcher.captures() };
    if (anchored) return undefined;
  }
  return undefined;
}

/** Whether a pattern has no special characters. `string.find` then searches for the text itself. */
export function isLiteral(pattern: Uint8Array): boolean {
  return !pattern.some((code) => SPECIALS.has(code));
}

/** The first occurrence of a text. */
export function findPlain(subject: Uint8Array, part: Uint8Array, from: number, spend: (steps: number) => void): PatternMatch | undefined {
  for (let start = from; start + part.length <= subject.length; start++) {
    let length = 0;
    while (length < part.length && subject[start + length] === part[length]) length++;
    spend(1 + (length >> 3));
    if (length === part.length) return { start, end: start + length, captures: [] };
  }
  return undefined;
}

class Matcher {
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  #depth = 0;

  constructor(
    private readonly subject: Uint8Array,
    private readonly pattern: Uint8Array,
    private readonly spend: (steps: number) => void,
  ) {}

  captures(): Capture[] {
    return this.#starts.map((start, index) => {
      const length = this.#lengths[index] ?? 0;
      if (length === OPEN) throw new LuaError('unfinished capture');
      return length === POSITION ? { position: start + 1 } : { start, end: start + length };
    });
  }

  /** The end of a match of the pattern from `p` on at offset `s`, or -1. */
  match(s: number, p: number): number {
    if (++this.#depth > MAX_DEPTH) throw new LuaError('pattern too complex');
    const end = this.#matchHere(s, p);
    this.#depth--;
    return end;
  }

  #matchHere(subjectAt: number, patternAt: number): number {
    let s = subjectAt;
    let p = patternAt;
    for (;;) {
      this.spend(1);
      if (p >= this.pattern.length) return s;
      const code = this.pattern[p];
      if (code === LEFT) return this.pattern[p + 1] === RIGHT ? this.#startCapture(s, p + 2, POSITION) : this.#startCapture(s, p + 1, OPEN);
      if (code === RIGHT) return this.#endCapture(s, p + 1);
      if (code === DOLLAR && p + 1 === this.pattern.length) return s === this.subject.length ? s : -1;
      if (code === PERCENT) {
        const special = this.pattern[p + 1];
        if (special === B) {
          s = this.#matchBalance(s, p + 2);
          if (s === -1) return -1;
          p += 4;
          continue;
        }
        if (special === F) {
          p += 2;
          if (this.pattern[p] !== BRACKET) throw new LuaError("missing '[' after '%f' in pattern");
          const next = this.#classEnd(p);
          const before = s === 0 ? 0 : (this.subject[s - 1] ?? 0);
          if (this.#inSet(before, p, next - 1) || !this.#inSet(this.subject[s] ?? 0, p, next - 1)) return -1;
          p = next;
          continue;
        }
        if (special !== undefined && special >= 48 && special <= 57) {
          s = this.#matchBack(s, special);
          if (s === -1) return -1;
          p += 2;
          continue;
        }
      }
      const next = this.#classEnd(p);
      const suffix = this.pattern[next];
      if (suffix === QUESTION) {
        if (this.#single(s, p, next)) {
          const end = this.match(s + 1, next + 1);
          if (end !== -1) return end;
        }
        p = next + 1;
        continue;
      }
      if (suffix === PLUS) return this.#single(s, p, next) ? this.#maxExpand(s + 1, p, next) : -1;
      if (suffix === STAR) return this.#maxExpand(s, p, next);
      if (suffix === MINUS) return this.#minExpand(s, p, next);
      if (!this.#single(s, p, next)) return -1;
      s++;
      p = next;
    }
  }

  #maxExpand(s: number, p: number, next: number): number {
    let count = 0;
    while (this.#single(s + count, p, next)) count++;
    this.spend(count);
    for (; count >= 0; count--) {
      const end = this.match(s + count, next + 1);
      if (end !== -1) return end;
    }
    return -1;
  }

  #minExpand(from: number, p: number, next: number): number {
    for (let s = from; ; s++) {
      const end = this.match(s, next + 1);
      if (end !== -1) return end;
      if (!this.#single(s, p, next)) return -1;
    }
  }

  #startCapture(s: number, p: number, kind: number): number {
    if (this.#starts.length >= MAX_CAPTURES) throw new LuaError('too many captures');
    this.#starts.push(s);
    this.#lengths.push(kind);
    const end = this.match(s, p);
    if (end === -1) {
      this.#starts.pop();
      this.#lengths.pop();
    }
    return end;
  }

  #endCapture(s: number, p: number): number {
    const open = this.#lengths.lastIndexOf(OPEN);
    if (open === -1) throw new LuaError('invalid pattern capture');
    this.#lengths[open] = s - (this.#starts[open] ?? 0);
    const end = this.match(s, p);
    if (end === -1) this.#lengths[open] = OPEN;
    return end;
  }

  #matchBalance(s: number, p: number): number {
    const open = this.pattern[p];
    const close = this.pattern[p + 1];
    if (open === undefined || close === undefined) throw new LuaError("malformed pattern (missing arguments to '%b')");
    if (this.subject[s] !== open) return -1;
    let depth = 1;
    for (let at = s + 1; at < this.subject.length; at++) {
      this.spend(1);
      const code = this.subject[at];
      if (code === close) {
        if (--depth === 0) return at + 1;
      } else if (code === open) depth++;
    }
    return -1;
  }

  #matchBack(s: number, digit: number): number {
    const index = digit - 49;
    const start = this.#starts[index];
    const length = this.#lengths[index] ?? OPEN;
    if (start === undefined || length === OPEN) throw new LuaError(`invalid capture index %${index + 1}`);
    // A position capture has no text to match again.
    if (length === POSITION) return -1;
    this.spend(length);
    for (let offset = 0; offset < length; offset++) if (this.subject[start + offset] !== this.subject[s + offset]) return -1;
    return s + length;
  }

  /** The offset after one single-character class. */
  #classEnd(from: number): number {
    let p = from;
    const code = this.pattern[p++];
    if (code === PERCENT) {
      if (p >= this.pattern.length) throw new LuaError("malformed pattern (ends with '%')");
      return p + 1;
    }
    if (code !== BRACKET) return p;
    const start = p;
    if (this.pattern[p] === CARET) p++;
    do {
      if (p >= this.pattern.length) throw new LuaError("malformed pattern (missing ']')");
      if (this.pattern[p++] === PERCENT) p++;
    } while (this.pattern[p] !== CLOSE);
    this.spend((p - start) >> 3);
    return p + 1;
  }

  #single(s: number, p: number, next: number): boolean {
    const code = this.subject[s];
    if (code === undefined) return false;
    const patternByte = this.pattern[p];
    if (patternByte === DOT) return true;
    if (patternByte === PERCENT) return inClass(code, this.pattern[p + 1] ?? 0);
    return patternByte === BRACKET ? this.#inSet(code, p, next - 1) : patternByte === code;
  }

  /** Whether the byte is in the set between `[` at `open` and `]` at `close`. */
  #inSet(code: number, open: number, close: number): boolean {
    let p = open + 1;
    const negated = this.pattern[p] === CARET;
    if (negated) p++;
    this.spend((close - p) >> 3);
    for (; p < close; p++) {
      const patternByte = this.pattern[p] ?? 0;
      if (patternByte === PERCENT) {
        if (inClass(code, this.pattern[++p] ?? 0)) return !negated;
      } else if (this.pattern[p + 1] === MINUS && p + 2 < close) {
        if (patternByte <= code && code <= (this.pattern[p + 2] ?? 0)) return !negated;
        p += 2;
      } else if (patternByte === code) return !negated;
    }
    return negated;
  }
}
