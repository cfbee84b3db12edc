import type { Pattern } from '../pattern.js';
import { PatternExceeded, StepsExceeded } from './budget-exceeded.js';

/**
 * How many steps the evaluation of an expression on one trace may still take. A step is an evaluated part of the expression, or a span visited on a walk
 * through the trace. A clock would judge the same log differently the next time (docs/decisions/0013).
 */
export class StepLimit {
  private readonly answers = new Map<Pattern, Map<string, boolean>>();

  /** @param ofPattern the limit of one regular expression on one text; without it the remaining steps */
  constructor(
    private left: number,
    readonly ofPattern = Number.POSITIVE_INFINITY,
  ) {}

  /** An exceeded limit stays exceeded. @throws StepsExceeded */
  spend(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw new StepsExceeded();
  }

  /**
   * Whether a regular expression occurs in a text. The steps are charged first.
   * @throws PatternExceeded where it exceeds the limit for one text
   * @throws StepsExceeded where fewer steps remain
   */
  matches(pattern: Pattern, subject: string): boolean {
    const price = pattern.price(subject);
    if (price > this.ofPattern) throw new PatternExceeded();
    this.spend(price);
    return pattern.test(subject);
  }

  /**
   * Like `matches`, for a text of a span. Each such question is evaluated once, as at the span's arrival. So all of them together take time in proportion to
   * the spans, which is not charged.
   */
  matchesHeld(pattern: Pattern, subject: string): boolean {
    let existing = this.answers.get(pattern);
    if (existing === undefined) this.answers.set(pattern, (existing = new Map()));
    let answer = existing.get(subject);
    if (answer === undefined) {
      if (pattern.price(subject) > this.ofPattern) throw new PatternExceeded();
      existing.set(subject, (answer = pattern.test(subject)));
    }
    return answer;
  }
}
