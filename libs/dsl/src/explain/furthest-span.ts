import type { Evidence } from '../contract/explain.js';
import { isSpanFunction } from '../interpret/local-test.js';
import { isTruthy } from '../lua/lua-value.js';
import type { SpanView } from '../trace/span-view.js';
import type { Resolved } from '../tree/resolved.js';
import { operandsOf, someNode } from '../tree/walk.js';
import { distanceOf } from './evidence/distance.js';
import type { Found } from './evidence/found.js';
import { LeafValues } from './evidence/leaf-values.js';
import { UNBOUND } from './evidence/tested-spans.js';
import type { ExplainedRule } from './explain-rule.js';
import { isNameTest } from './tell/witness-details.js';

/** Spans that are looked at; and of a rule that asks of other spans, which takes as long for each as the trace has spans. */
const MAX_SPANS = 2_000;
const MAX_ASKING = 100;
const NAME_WEIGHT = 100;
/** Its own conditions count more than those on other spans. */
const OWN_WEIGHT = 2;

export interface Furthest {
  readonly span: SpanView;
  /** Some of the rule's operands holds. */
  readonly isNear: boolean;
}

/**
 * Of the spans of a trace, none of which a span rule matches, the one that came furthest: with the name that the rule asks for, if it
 * does, and the most of its operands. Of equals the one whose numbers are nearest to what is asked, then the first.
 */
export function furthestSpan(root: Resolved, rule: ExplainedRule, evidence: Evidence): Furthest | undefined {
  const { spans = [] } = evidence;
  const looked = spans.slice(0, someNode(root, isSpanFunction) ? MAX_ASKING : MAX_SPANS);
  const alternatives = operandsOf(root, 'or').map((alternative) => operandsOf(alternative, 'and'));
  const asking = new Set(alternatives.flat().filter((operand) => someNode(operand, isSpanFunction)));
  let best = looked[0];
  let most = 0;
  let least: number | undefined;
  for (const span of looked) {
    const values = new LeafValues({ ...evidence, span }, rule, root);
    const find = (part: Resolved): Found => values.find(part, undefined, UNBOUND);
    let score = 0;
    let missing: readonly Resolved[] = [];
    for (const operands of alternatives) {
      const failing: Resolved[] = [];
      let sum = 0;
      for (const operand of operands) {
        const found = find(operand);
        if ('value' in found && isTruthy(found.value)) sum += isNameTest(operand, 0) ? NAME_WEIGHT : asking.has(operand) ? 1 : OWN_WEIGHT;
        else failing.push(operand);
      }
      if (sum > score) [score, missing] = [sum, failing];
    }
    if (score < most || score === 0) continue;
    const distance = distanceOf(missing, find);
    if (score === most && distance >= (least ?? 0)) continue;
    best = span;
    most = score;
    least = distance;
  }
  return best && { span: best, isNear: most > 0 };
}
