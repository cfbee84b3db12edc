import { costOf } from '../conditions/cost.js';
import type { CompiledRule } from '../contract/compiled-rule-set.js';
import { isSpanFunction, localPart, testsOf } from '../interpret/local-test.js';
import { isSpanCondition } from '../interpret/required-reads.js';
import type { Resolved } from '../tree/resolved.js';
import type { CheckedRule } from '../tree/rule.js';
import { eachNode, operandsOf } from '../tree/walk.js';

/** Approximate nanoseconds that a rule's conditions, compiled alone, cost on each arriving span. 0 for a rule without conditions before its trace closes. */
export function arrivalCost(rule: CompiledRule, checked: CheckedRule): number {
  if (checked.kind === 'script') {
    return rule.buffered === undefined ? 0 : checked.guards.reduce((cost, guard) => cost + costOnArrival(guard), 0);
  }
  return rule.buffered === undefined ? costOf(checked.resolved) : costOnArrival(checked.resolved);
}

/** The conditions of a rule judged at close that are evaluated on each span at arrival. */
export function costOnArrival(root: Resolved): number {
  let cost = 0;
  for (const operand of operandsOf(root, 'and')) if (isSpanCondition(operand)) cost += costOf(operand);
  eachNode(root, (node) => {
    if (!isSpanFunction(node)) return;
    for (const part of testsOf(node).map(localPart)) if (part !== undefined) cost += costOf(part);
  });
  return cost;
}
