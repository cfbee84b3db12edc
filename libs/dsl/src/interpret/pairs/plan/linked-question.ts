import type { Resolved } from '../../../tree/resolved.js';
import { baseOf, eachNode, spansOf } from '../../../tree/walk.js';
import type { JoinPlan } from './join-plan.js';

/**
 * The depth of the one span that a question about order reads. Its answers for all spans of the trace are then known at once (linked-spans.ts). Undefined if
 * the question reads several spans, or if its plan leaves a part that only the spans themselves answer.
 *
 * @param related the depth of the span to which the sought spans have an order, in addition to the condition
 */
export function linkedQuestion(condition: Resolved, depth: number, plan: JoinPlan, related?: number): number | undefined {
  if (plan.rest.length > 0 || (related === undefined && !plan.sorted.some(({ type }) => type === 'order'))) return undefined;
  const outer = new Set<number>(related === undefined ? [] : [related]);
  eachNode(condition, (node) => {
    for (const base of spansOf(node).map(baseOf)) {
      if (base.type === 'subject') outer.add(SUBJECT);
      else if (base.type === 'bound' && base.depth < depth) outer.add(base.depth);
    }
  });
  const [only, ...others] = outer;
  return others.length > 0 || only === SUBJECT ? undefined : only;
}

/** No function binds it. */
const SUBJECT = -1;

/** The number of orders and ranges of values in such a question. */
export function partsOfQuestion({ sorted }: Pick<JoinPlan, 'sorted'>, isRelated: boolean): number {
  // "Not equal" is everything except one value.
  return sorted.reduce((sum, join) => sum + (join.type === 'value' && join.operator === '~=' ? 2 : 1), isRelated ? 1 : 0);
}
