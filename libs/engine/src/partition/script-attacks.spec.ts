import { describe, expect, it } from '@jest/globals';
import { requestOfViews } from '../../../../test/fixtures/dsl/compare-judgements.js';
import { attackedTrace, LIMIT_ERRORS, SCRIPT_ATTACKS } from '../../../../test/fixtures/dsl/rules/script-attacks.js';
import { ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { RuleSet } from '../rules/rule-set.js';
import { judgeTrace } from './judge-trace.js';

/** Milliseconds: 100,000 steps. */
const TIMEOUT = 10;
const request = requestOfViews(attackedTrace(200).spans);

describe('a script that exhausts a resource', () => {
  it.each(SCRIPT_ATTACKS)('%s: only its own rule fails, by %s, and reports it', (_name, limit, text) => {
    const definitions = [
      ruleOf('before', 'local n = trace.span_count return n == 200'),
      ruleOf('attack', text),
      ruleOf('behind', 'local n = trace.count(function(s) return s.name == "n1" end) return n > 20'),
      ruleOf('expression', 'trace.has(span.name == "n2")'),
    ];
    const rules = RuleSet.compile(1, definitions, { timeout: TIMEOUT });
    expect(rules.problems).toEqual([]);
    const [before, attack, behind, expression] = judgeTrace(rules, [request]);
    expect([before, behind, expression].map((judged) => [judged?.matches, judged?.errors])).toEqual(Array(3).fill([true, []]));
    if (limit === 'ends') {
      expect([attack?.matches, attack?.errors]).toEqual([true, []]);
      return;
    }
    expect(attack?.matches).toBe(false);
    expect(attack?.errors).toEqual([expect.stringMatching(LIMIT_ERRORS[limit])]);
  });

  it('is stopped at the same step each time', () => {
    const counts = [1, 2, 3].map(() => {
      const text = 'local n = 0 return trace.has(function(s) while true do n = n + 1 error(tostring(n)) end end)';
      return judgeTrace(RuleSet.compile(1, [ruleOf('r', text)], { timeout: TIMEOUT }), [request])[0]!.errors;
    });
    expect(counts[1]).toEqual(counts[0]);
    expect(counts[2]).toEqual(counts[0]);
  });

  it('has one budget for all spans of a trace', () => {
    const text = 'local n = 0 for i = 1, 2000 do n = n + 1 end return span.name == "n1" and n > 0';
    const [judged] = judgeTrace(RuleSet.compile(1, [ruleOf('r', text)], { timeout: TIMEOUT }), [request]);
    expect(judged!.errors).toEqual([expect.stringMatching(LIMIT_ERRORS.steps)]);
    expect(judged!.violations.length).toBeLessThan(28);
    const [whole] = judgeTrace(RuleSet.compile(1, [ruleOf('r', text)], { timeout: 1_000 }), [request]);
    expect([whole!.errors, whole!.violations.length]).toEqual([[], 29]);
  });
});
