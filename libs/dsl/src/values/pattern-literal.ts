/** A text that every match of the pattern contains. Most subjects lack it, so the pattern need not run on them. */
export interface RequiredLiteral {
  readonly text: string;
  /** The pattern consists of the literal, with or without anchors: it need not run. */
  readonly isWhole: boolean;
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

const META = new Set([...'\\^$.|?*+()[]{}']);
const PUNCTUATION = /^[!-/:-@[-`{-~]$/;
/** Escapes that match one character of a kind, or an empty place. */
const CLASS_ESCAPES = new Set([...'dDwWsSbBAz']);
const REPEAT = /^\{\d+(?:,\d*)?\}/;
const PLAIN_GROUP = /^\((?!\?)|^\(\?:|^\(\?P?<\w+>/;
const BRACKET_CLASS = /^\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]/su;

/**
 * The longest literal outside groups, classes and optional parts of an RE2 pattern; undefined when there is none or the pattern has parts (flags,
 * alternatives, rare escapes) that this parser does not support.
 */
export function requiredLiteral(pattern: string): RequiredLiteral | undefined {
  const reader = new Reader(pattern);
  return reader.read();
}

class Reader {
  #runs: string[] = [''];
  #isWhole = true;
  #depth = 0;
  #at = 0;

  constructor(private readonly pattern: string) {}

  read(): RequiredLiteral | undefined {
    const atStart = this.pattern.startsWith('^');
    if (atStart) this.#at = 1;
    const atEnd = this.pattern.endsWith('$') && !/(^|[^\\])(\\\\)*\\\$$/.test(this.pattern);
    const end = this.pattern.length - (atEnd ? 1 : 0);
    while (this.#at < end) if (!this.#readOne(this.pattern.slice(this.#at, end))) return undefined;
    if (this.#depth !== 0) return undefined;
    const text = this.#runs.reduce((longest, run) => (run.length > longest.length ? run : longest), '');
    return text === '' ? undefined : { text, isWhole: this.#isWhole && this.#runs.length === 1, atStart, atEnd };
  }

  /** Advances past one part of the pattern; false when it is not understood. */
  #readOne(rest: string): boolean {
    const character = String.fromCodePoint(rest.codePointAt(0) ?? 0);
    switch (character) {
      case '(':
        return this.#take(PLAIN_GROUP.exec(rest)?.[0], 1);
      case ')':
        return this.#depth > 0 && this.#take(character, -1);
      case '[':
        return this.#take(BRACKET_CLASS.exec(rest)?.[0]);
      case '|':
        // An alternative inside a group has no effect outside.
        return this.#depth > 0 && this.#take(character);
      case '*':
      case '?':
        return this.#optional(character);
      case '{':
        return this.#optional(REPEAT.exec(rest)?.[0]);
      case '+':
      case '.':
      case '^':
      case '$':
        return this.#take(character);
      case '\\':
        return this.#escape(rest);
      default:
        if (META.has(character)) return false;
        this.#literal(character, character.length);
        return true;
    }
  }

  #escape(rest: string): boolean {
    const escaped = rest[1] ?? '';
    if (CLASS_ESCAPES.has(escaped)) return this.#take(rest.slice(0, 2));
    if (!PUNCTUATION.test(escaped)) return false;
    this.#literal(escaped, 2);
    return true;
  }

  #literal(character: string, length: number): void {
    if (this.#depth === 0) this.#runs.push((this.#runs.pop() ?? '') + character);
    else this.#isWhole = false;
    this.#at += length;
  }

  /** The text before may be absent (a repetition from 0): it is not part of the run. */
  #optional(text: string | undefined): boolean {
    if (this.#depth === 0) {
      const run = [...(this.#runs.pop() ?? '')];
      run.pop();
      this.#runs.push(run.join(''));
    }
    return this.#take(text);
  }

  /** A part that is not a literal ends the run. */
  #take(text: string | undefined, nesting = 0): boolean {
    if (text === undefined) return false;
    this.#at += text.length;
    this.#isWhole = false;
    if (this.#depth === 0) this.#runs.push('');
    this.#depth += nesting;
    return true;
  }
}
