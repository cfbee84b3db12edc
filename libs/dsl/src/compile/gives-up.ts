import { stepsOnTrace } from '../interpret/evaluation-limit.js';
import { StepModel } from '../interpret/pairs/step-model.js';
import type { CheckedExpression } from '../tree/rule.js';

/** The number of spans from which a rule may exceed its steps. Property names are JSON's. */
export interface GivesUpFrom {
  /** On a trace with fewer spans the rule never exceeds its steps. */
  readonly spans: number;
  /** `value`: only where this many spans share one value of the rule's join; `trace`: on any trace of this many. */
  readonly per: 'trace' | 'value';
}

/** The largest trace considered: the default of `traces.max_spans`. */
const MAX_SPANS = 2 ** 15;

/**
 * Null: look-ups answer the rule, so its steps grow no faster than its limit; it finishes on every trace of up to 32,768 spans.
 *
 * @param milliseconds `rules.evaluation_timeout`
 * @param hasLinks for traces in which spans link to each other
 */
export function givesUpFrom(rule: CheckedExpression, milliseconds: number, hasLinks: boolean): GivesUpFrom | null {
  const { steps, isOfWholeTrace } = StepModel.of(rule, hasLinks);
  const limit = stepsOnTrace(rule.resolved, milliseconds);
  const exceeds = (spans: number): boolean => steps.on(spans) > limit(spans);
  let low = 0;
  let high = 1;
  for (; !exceeds(high); [low, high] = [high, 2 * high]) if (high >= MAX_SPANS) return null;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (exceeds(middle)) high = middle;
    else low = middle;
  }
  return { spans: high, per: isOfWholeTrace ? 'trace' : 'value' };
}
