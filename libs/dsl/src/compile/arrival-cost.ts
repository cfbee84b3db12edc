import type { Resolved } from '../resolved.js';
import type { CheckedRule } from '../rule.js';
import type { CompiledRule } from './compiled.js';
import { costOf } from './cost.js';
import { isSpanFunction, localPart, testsOf } from './local-test.js';
import { isSpanCondition } from './needs.js';
import { eachNode, operandsOf } from './walk.js';

/**
 * About how many nanoseconds a rule's conditions cost on each span that arrives, alone: what the rule sets' shared function does for it. 0 for a
 * rule that asks nothing of a span before its trace closes.
 */
export function arrivalCost(rule: CompiledRule, checked: CheckedRule): number {
  if (checked.kind === 'script') {
    return rule.buffered === undefined ? 0 : checked.guards.reduce((cost, guard) => cost + costOnArrival(guard), 0);
  }
  return rule.buffered === undefined ? costOf(checked.resolved) : costOnArrival(checked.resolved);
}

/** What a rule judged at close asks of each span when it arrives. */
export function costOnArrival(root: Resolved): number {
  let cost = 0;
  for (const operand of operandsOf(root, 'and')) if (isSpanCondition(operand)) cost += costOf(operand);
  eachNode(root, (node) => {
    if (!isSpanFunction(node)) return;
    for (const part of testsOf(node).map(localPart)) if (part !== undefined) cost += costOf(part);
  });
  return cost;
}
