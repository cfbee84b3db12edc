import type { ConditionTable } from '../contract/condition-table.js';
import type { Expression } from '../text/syntax.js';
import type { Resolved } from '../tree/resolved.js';
import { eachNode } from '../tree/walk.js';
import { type FunctionTest, isSpanFunction, localPart, testsOf } from './local-test.js';

/** The conditions of the rule set that stand for the local parts of a rule's tests. They are found by the test's syntax. */
export class TestConditions {
  private readonly numbers = new Map<Expression, number | undefined>();

  constructor(root: Resolved, table: ConditionTable) {
    eachNode(root, (node) => {
      if (isSpanFunction(node)) for (const test of testsOf(node)) this.add(test, table);
    });
  }

  /** Undefined: the condition has no part about its span alone. */
  numberOf({ syntax }: Resolved): number | undefined {
    return this.numbers.get(syntax);
  }

  /** All of them. */
  get conditions(): readonly number[] {
    return [...new Set([...this.numbers.values()].filter((number) => number !== undefined))];
  }

  private add(test: FunctionTest, table: ConditionTable): void {
    const { syntax } = test.condition;
    const local = localPart(test);
    const number = local === undefined ? undefined : table.condition(local);
    // A text with two meanings is tested at close.
    this.numbers.set(syntax, this.numbers.has(syntax) && this.numbers.get(syntax) !== number ? undefined : number);
  }
}
