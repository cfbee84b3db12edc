import { isLocal } from '../../interpret/local-test.js';
import type { SpanView } from '../../trace/span-view.js';
import type { Resolved } from '../../tree/resolved.js';
import { operandsOf } from '../../tree/walk.js';
import { isTruthy } from '../../values/lua/lua-value.js';
import { distanceOf } from '../evidence/distance.js';
import type { Bindings } from '../evidence/tested-spans.js';
import { bound, type Explainer } from './part-explanation.js';
import { isNameTest } from './witness-details.js';

/** On larger traces there is no search: it would take as long as the whole rule. */
const MAX_SPANS = 2_000;
/** A span's name weighs more than anything else. */
const NAME_WEIGHT = 100;
/** Conditions on the span itself weigh more than those on other spans: "nothing precedes it" holds for nearly every span. */
const OWN_WEIGHT = 2;

/**
 * Of the spans that do not satisfy a condition, the closest one: with the name that the condition asks for, if any, and the most true operands. Among equals
 * it is the one with the nearest numbers. Undefined where none has any true operand.
 *
 * Which further spans the engine keeps depends on other rules. So unless all spans are known, only those that satisfy the condition's part about one span are
 * considered.
 */
export function nearMiss(condition: Resolved, depth: number, bindings: Bindings, explainer: Explainer): SpanView | undefined {
  const { spans = [], isWhole, spanCount } = explainer.values;
  const operands = operandsOf(condition, 'and');
  const local = operands.filter((operand) => isLocal(operand, depth));
  if (spanCount > MAX_SPANS || (!isWhole && (local.length === 0 || local.length === operands.length))) return undefined;
  if (!explainer.size.admitsSearch()) return undefined;
  const own = new Set(local);
  const needsName = operands.some((operand) => isNameTest(operand, depth));
  const others = new Set(bindings.values());
  let best: SpanView | undefined;
  let most = needsName ? NAME_WEIGHT - 1 : 0;
  let least: number | undefined;
  for (const span of spans) {
    if (others.has(span)) continue;
    const inner = bound(bindings, depth, span);
    const holds = (operand: Resolved): boolean => {
      const found = explainer.find(operand, inner);
      return 'value' in found && isTruthy(found.value);
    };
    if (!isWhole && !local.every(holds)) continue;
    let score = 0;
    const missing: Resolved[] = [];
    for (const operand of operands) {
      if (holds(operand)) score += isNameTest(operand, depth) ? NAME_WEIGHT : own.has(operand) ? OWN_WEIGHT : 1;
      else missing.push(operand);
    }
    if (score < most || (score === most && best === undefined)) continue;
    const distance = distanceOf(missing, (part) => explainer.find(part, inner));
    if (score === most && distance >= (least ?? 0)) continue;
    best = span;
    most = score;
    least = distance;
  }
  return best;
}
