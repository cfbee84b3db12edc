import type { ConditionOutcome, Evidence, Explanation } from '../contract/explanation.js';
import type { Resolved } from '../tree/resolved.js';
import { clipped } from '../values/clipped.js';
import { spanText } from './evidence/span-text.js';
import { type Furthest, furthestSpan } from './furthest-span.js';
import type { ExplainedRule } from './rule-explainer.js';
import { RuleExplainer } from './rule-explainer.js';

/** Code points. */
const MAX_SUMMARY_LENGTH = 2_000;
/** Approximate maximum of characters of the list of parts. */
const MAX_LIST_LENGTH = 32_000;

/**
 * Why a rule matched or did not. It is evaluated again as Lua would, left to right. Each part reached becomes an outcome and a node of a tree. The summary
 * names the parts that decided: all that made it true, or the first that made it false. A span rule without a subject is explained on the span that came
 * closest, if all spans are known.
 */
export function explainExpression(root: Resolved, rule: ExplainedRule, evidence: Evidence): Explanation {
  const furthest =
    rule.subject === 'span' && evidence.isWhole === true && evidence.span === undefined ? furthestSpan(root, rule, evidence) : undefined;
  const explainer = new RuleExplainer(root, rule, furthest === undefined ? evidence : { ...evidence, span: furthest.span });
  const { because, tree } = explainer.explainRule();
  const { kept, omitted } = listOf(explainer.conditions);
  const subject = furthest === undefined || evidence.spanCount === 1 ? '' : subjectText(furthest, evidence.spanCount);
  return {
    summary: clipped(`${subject}${because.join('; ')}`, MAX_SUMMARY_LENGTH),
    conditions: kept,
    ...(omitted === 0 ? {} : { omitted }),
    ...(tree === undefined ? {} : { tree }),
  };
}

function subjectText({ span, isNear }: Furthest, total: number): string {
  return isNear ? `${spanText(span)} came furthest: ` : `none of ${total} spans, for example ${spanText(span)}: `;
}

function listOf(conditions: readonly ConditionOutcome[]): { readonly kept: readonly ConditionOutcome[]; readonly omitted: number } {
  const listed: ConditionOutcome[] = [];
  let length = 0;
  for (const condition of conditions) {
    length += conditions.length > 20 ? JSON.stringify(condition).length : 0;
    if (length > MAX_LIST_LENGTH) break;
    listed.push(condition);
  }
  return { kept: listed, omitted: conditions.length - listed.length };
}
