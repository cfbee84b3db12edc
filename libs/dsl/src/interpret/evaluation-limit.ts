import type { Resolved } from '../tree/resolved.js';
import { eachNode } from '../tree/walk.js';
import { STEPS_PER_MILLISECOND } from '../values/lua/budget.js';
import { StepLimit } from '../values/lua/step-limit.js';

/** Steps per part of a rule and span: work in proportion to the spans of a trace never exceeds them. */
const STEPS_PER_PART = 12;

/** The limit of one evaluation on a trace of this many spans. @param share of the steps, 1 at most */
export type EvaluationLimit = (spans: number, share?: number) => StepLimit;

/**
 * What an expression may do on one trace: as many steps as a script in the same time, plus a number in proportion to the spans. It bounds what grows with the
 * pairs of spans (conditions on two spans without equality or order between them).
 */
export function evaluationLimit(expression: Resolved, milliseconds: number): EvaluationLimit {
  const steps = stepsOnTrace(expression, milliseconds);
  const ofPattern = patternSteps(milliseconds);
  return (spans, share = 1) => new StepLimit(steps(spans) * share, ofPattern);
}

/** The number of steps, by the number of spans. */
export function stepsOnTrace(expression: Resolved, milliseconds: number): (spans: number) => number {
  let parts = 0;
  eachNode(expression, () => {
    parts++;
  });
  return (spans) => milliseconds * STEPS_PER_MILLISECOND + spans * parts * STEPS_PER_PART;
}

/** Steps of the regular expressions of a condition on one arriving span, and of each of them on one text at close. */
export function patternSteps(milliseconds: number): number {
  return milliseconds * STEPS_PER_MILLISECOND;
}
