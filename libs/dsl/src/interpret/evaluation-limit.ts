import { STEPS_PER_MILLISECOND } from '../lua/budget.js';
import { StepLimit } from '../lua/step-limit.js';
import type { Resolved } from '../tree/resolved.js';
import { eachNode } from '../tree/walk.js';

/** For each part of a rule, on each span: work in proportion to a trace's spans never exceeds it. */
const STEPS_PER_PART = 12;

/** The limit of one evaluation on a trace of this many spans. @param share of the steps, 1 at most */
export type EvaluationLimit = (spans: number, share?: number) => StepLimit;

/**
 * What an expression may do on one trace: as much as a script in the same time, and on large traces what grows with their spans. What
 * grows with the pairs of them (conditions on two spans that no equality joins and no order sorts) is bounded by it.
 */
export function evaluationLimit(expression: Resolved, milliseconds: number): EvaluationLimit {
  const steps = stepsOnTrace(expression, milliseconds);
  const ofPattern = patternSteps(milliseconds);
  return (spans, share = 1) => new StepLimit(steps(spans) * share, ofPattern);
}

/** How many steps that is, by the number of spans. */
export function stepsOnTrace(expression: Resolved, milliseconds: number): (spans: number) => number {
  let parts = 0;
  eachNode(expression, () => {
    parts++;
  });
  return (spans) => milliseconds * STEPS_PER_MILLISECOND + spans * parts * STEPS_PER_PART;
}

/** What the regular expressions of a condition may take on one span that arrives, and each of them on one text at close. */
export function patternSteps(milliseconds: number): number {
  return milliseconds * STEPS_PER_MILLISECOND;
}
