import type { Evidence } from '../contract/explanation.js';
import { isSpanFunction } from '../interpret/local-test.js';
import type { SpanView } from '../trace/span-view.js';
import type { Resolved } from '../tree/resolved.js';
import { operandsOf, someNode } from '../tree/walk.js';
import { isTruthy } from '../values/lua/lua-value.js';
import { distanceOf } from './evidence/distance.js';
import { LeafValues } from './evidence/leaf-values.js';
import type { PartResult } from './evidence/part-result.js';
import { UNBOUND } from './evidence/tested-spans.js';
import { isNameTest } from './parts/witness-details.js';
import type { ExplainedRule } from './rule-explainer.js';

/** Maximum of spans to examine; and for a rule about other spans, which takes time in the trace's size for each. */
const MAX_SPANS = 2_000;
const MAX_ASKING = 100;
const NAME_WEIGHT = 100;
/** Weight of its own conditions against those on other spans. */
const OWN_WEIGHT = 2;

export interface Furthest {
  readonly span: SpanView;
  /** Some operand of the rule holds. */
  readonly isNear: boolean;
}

/**
 * Of the spans of a trace that a span rule does not match, the closest one: with the name that the rule asks for, if any, and the most true operands. Among
 * equals it is the one with the nearest numbers, then the first.
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
    const find = (part: Resolved): PartResult => values.find(part, undefined, UNBOUND);
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
