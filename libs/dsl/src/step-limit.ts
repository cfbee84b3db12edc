import { LuaError } from './lua-error.js';

/** An evaluation takes more steps than it may. Other errors inside of a function over spans concern one span; this one ends the evaluation. */
export class StepsExceeded extends LuaError {
  constructor() {
    // One text for all traces: it is the label of a metric.
    super('the rule took more steps than it may on one trace (rules.evaluation_timeout)');
  }
}

/**
 * How much the evaluation of an expression on one trace may still do. A step is a part of the expression that is evaluated, or a span
 * that is come by on a way through the trace: a clock would judge the same log differently the next time (docs/decisions/0013).
 */
export class StepLimit {
  constructor(private left: number) {}

  /** Once exceeded it stays so. @throws StepsExceeded */
  spend(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw new StepsExceeded();
  }
}
