import type { Evidence } from '../contract/explain.js';
import { isSpanFunction } from '../interpret/local-test.js';
import { isTruthy } from '../lua/lua-value.js';
import type { SpanView } from '../trace/span-view.js';
import type { Resolved } from '../tree/resolved.js';
import { operandsOf, someNode } from '../tree/walk.js';
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
 * does, and the most of its operands. Of equals the first.
 */
export function furthestSpan(root: Resolved, rule: ExplainedRule, evidence: Evidence): Furthest | undefined {
  const { spans = [] } = evidence;
  const looked = spans.slice(0, someNode(root, isSpanFunction) ? MAX_ASKING : MAX_SPANS);
  const alternatives = operandsOf(root, 'or').map((alternative) => operandsOf(alternative, 'and'));
  const asking = new Set(alternatives.flat().filter((operand) => someNode(operand, isSpanFunction)));
  let best = looked[0];
  let most = 0;
  for (const span of looked) {
    const values = new LeafValues({ ...evidence, span }, rule, root);
    const worth = (operand: Resolved): number => {
      const found = values.find(operand, undefined, UNBOUND);
      return 'value' in found && isTruthy(found.value) ? (isNameTest(operand, 0) ? NAME_WEIGHT : asking.has(operand) ? 1 : OWN_WEIGHT) : 0;
    };
    const score = Math.max(...alternatives.map((operands) => operands.reduce((sum, operand) => sum + worth(operand), 0)));
    if (score > most) [best, most] = [span, score];
  }
  return best && { span: best, isNear: most > 0 };
}
