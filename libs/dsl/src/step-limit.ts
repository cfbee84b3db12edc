import { StepsExceeded } from './budget-exceeded.js';

/**
 * How much the evaluation of an expression on one trace may still do. A step is a part of the expression that is evaluated, or a span
 * that is come by on a way through the trace: a clock would judge the same log differently the next time (docs/decisions/0013).
 */
export class StepLimit {
  /** @param ofPattern what one regular expression may take on one text; as much as it needs without */
  constructor(
    private left: number,
    readonly ofPattern?: number,
  ) {}

  /** Once exceeded it stays so. @throws StepsExceeded */
  spend(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw new StepsExceeded();
  }
}
