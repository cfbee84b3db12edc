import type { Pattern } from '../values/pattern.js';

/**
 * Memo of a rule set's regular expressions: each runs at most once per span and subject. A match costs a microsecond, this look-up a nanosecond. `i` is the
 * span; call `forget` before span numbers are reused.
 */
export class PatternMemo {
  private readonly patterns: Pattern[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly askedFor: number[] = [];
  private readonly answers: boolean[] = [];
  private anyAsked = false;

  /** Registers the question whether a pattern occurs in `subject` (an identifier of generated code), and returns its number. */
  question(pattern: Pattern, subject: string): number {
    const key = `${subject} ${pattern.text}`;
    const existing = this.numbers.get(key);
    if (existing !== undefined) return existing;
    const number = this.patterns.push(pattern) - 1;
    this.numbers.set(key, number);
    this.askedFor.push(-1);
    this.answers.push(false);
    return number;
  }

  /** The regular expression of a question. */
  of(question: number): Pattern {
    return this.patterns[question] as Pattern;
  }

  test(question: number, i: number, subject: string): boolean {
    if (this.askedFor[question] !== i) {
      this.answers[question] = (this.patterns[question] as Pattern).test(subject);
      this.askedFor[question] = i;
      this.anyAsked = true;
    }
    return this.answers[question] as boolean;
  }

  forget(): void {
    if (!this.anyAsked) return;
    this.anyAsked = false;
    this.askedFor.fill(-1);
  }
}
