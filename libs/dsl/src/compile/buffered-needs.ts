import type { BufferedNeeds } from '../contract/compiled-rule-set.js';
import type { ConditionTable } from '../contract/condition-table.js';
import { conjunction } from '../interpret/candidate.js';
import { testsOf } from '../interpret/local-test.js';
import { isSpanCondition } from '../interpret/required-reads.js';
import { TestConditions } from '../interpret/test-conditions.js';
import type { Resolved } from '../tree/resolved.js';
import type { CheckedExpression } from '../tree/rule.js';
import { baseOf, operandsOf, someNode, spansOf } from '../tree/walk.js';
import type { CompiledTests } from './judge-expression.js';
import { canFailOnTrace, necessaryConditions } from './necessary-conditions.js';

/** The conditions of a rule judged at close, for evaluation on arriving spans. */
export function bufferedNeeds(
  { resolved, subject }: CheckedExpression,
  table: ConditionTable,
  spanCanFail: (node: Resolved) => boolean,
): BufferedNeeds & CompiledTests {
  const tests = new TestConditions(resolved, table);
  const candidateCondition = subject === 'span' ? candidateOf(resolved, spanCanFail) : undefined;
  const candidate = candidateCondition === undefined ? -1 : table.condition(candidateCondition);
  const ofSubject = candidate < 0 ? [] : [candidate];
  return {
    tests,
    candidate,
    conditions: [...new Set([...ofSubject, ...tests.conditions])],
    needed: [...new Set([...ofSubject, ...necessaryConditions(resolved, ({ condition }) => tests.numberOf(condition), spanCanFail)])],
    everySpan: (subject === 'span' && candidate < 0) || someNode(resolved, (node) => asksEverySpan(node, tests)),
  };
}

/** The leading conjuncts about the subject alone. Where they are false, the rule is false; where they fail, it fails, if nothing before them can fail. */
export function candidateOf(root: Resolved, spanCanFail: (node: Resolved) => boolean): Resolved | undefined {
  const operands = operandsOf(root, 'and');
  const from = operands.findIndex(isSpanCondition);
  if (from < 0 || operands.slice(0, from).some((operand) => canFailOnTrace(operand, spanCanFail))) return undefined;
  const end = operands.findIndex((operand, index) => index > from && !isSpanCondition(operand));
  return conjunction(operands.slice(from, end < 0 ? operands.length : end), root);
}

/** Whether the node's result may depend on spans that satisfy no test. */
function asksEverySpan(node: Resolved, tests: TestConditions): boolean {
  if (spansOf(node).some((span) => span.type === 'parent' || baseOf(span).type === 'nth')) return true;
  switch (node.type) {
    case 'trace-services':
    case 'trace-depth':
    case 'span-order':
      return true;
    case 'trace-field':
      return node.field !== 'id';
    case 'trace-pair':
      // The tests that find a child find its parent too.
      return node.relation !== 'child' || testsOf(node).some(({ condition }) => tests.numberOf(condition) === undefined);
    case 'trace-quantifier':
      return node.over !== undefined || node.quantifier === 'all' || tests.numberOf(node.condition) === undefined;
    case 'trace-aggregate':
      return node.over !== undefined || node.condition === undefined || tests.numberOf(node.condition) === undefined;
    default:
      return false;
  }
}
