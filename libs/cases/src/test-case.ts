import type { WholeSpan } from '#otlp';
import type { RuleTestExpectation } from '#records';

/** A trace and the expected verdict of a rule on it. */
export interface TestCase {
  readonly name: string;
  readonly spans: readonly WholeSpan[];
  readonly expect: Expectation;
}

export interface Expectation {
  readonly match: boolean;
  /** The rule cannot be judged on it, and does not match. */
  readonly undecided?: true;
  /** Names or ids of exactly the spans that violate the rule. */
  readonly subjects?: readonly string[];
}

/** The expectation of a rule's stored test case, as the judge takes it. */
export function expectationOf(expect: RuleTestExpectation): Expectation {
  if (typeof expect === 'object') return { match: true, subjects: expect.match };
  return expect === 'undecided' ? { match: false, undecided: true } : { match: expect === 'match' };
}
