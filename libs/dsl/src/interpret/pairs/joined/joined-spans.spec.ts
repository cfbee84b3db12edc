import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describePair } from '../../../../../../test/fixtures/dsl/compare-judgements.js';
import { judgedByInterpreter, ruleOf } from '../../../../../../test/fixtures/dsl/judgements.js';
import { arbitraryCrowdedTrace, arbitraryJoinedRule } from '../../../../../../test/fixtures/dsl/rules/arbitrary-trace-rule.js';
import { judgeExpression } from '../../../compile/judge-expression.js';
import { evaluationLimit } from '../../evaluation-limit.js';
import { JoinedSpans } from './joined-spans.js';

it('sorted spans give the results of comparing every pair', () => {
  const before = JoinedSpans.searches;
  let [rules, matches] = [0, 0];
  fc.assert(
    fc.property(arbitraryJoinedRule, arbitraryCrowdedTrace, (text, trace) => {
      const rule = ruleOf(text);
      if (rule === undefined) return;
      const expected = JSON.stringify(judgedByInterpreter(rule, trace));
      const found = JSON.stringify(judgeExpression(rule, evaluationLimit(rule.resolved, 10_000))(trace));
      if (found !== expected) throw new Error(describePair(text, trace, 'sorted', found, expected));
      rules++;
      if (JSON.parse(expected).matches.length > 0) matches++;
    }),
    { numRuns: 2_000 },
  );
  const searches = JoinedSpans.searches - before;
  expect({ rules: rules > 1_600, matches: matches > 400, misses: rules - matches > 400, searches: searches > 4_000 }).toEqual({
    rules: true,
    matches: true,
    misses: true,
    searches: true,
  });
}, 120_000);
