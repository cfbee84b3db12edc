import type { Resolved } from '../../tree/resolved.js';
import { baseOf, eachNode, spansOf } from '../../tree/walk.js';
import type { JoinPlan } from './join-plan.js';

/**
 * At which depth the one span is bound of which a question about order is asked, so that its answers for all spans of the trace are known at
 * once (linked-spans.ts). Undefined where it is asked of several, or its plan leaves something that only the spans themselves tell.
 *
 * @param related where the span is bound to which those that are sought stand in an order, beside what the condition says
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

/** How many orders and ranges of values such a question asks for. */
export function partsOfQuestion({ sorted }: Pick<JoinPlan, 'sorted'>, isRelated: boolean): number {
  // Of another value are all but those of one.
  return sorted.reduce((sum, join) => sum + (join.type === 'value' && join.operator === '~=' ? 2 : 1), isRelated ? 1 : 0);
}
