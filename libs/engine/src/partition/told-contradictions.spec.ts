import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { check, checkSaved } from '#dsl';
import { arbitraryJoinedRule } from '../../../../test/fixtures/dsl/rules/arbitrary-joined-rule.js';
import { fittingTraces } from '../../../../test/fixtures/dsl/traces/fitting-traces.js';
import { RuleSet } from '../rules/rule-set.js';
import { judgeTrace } from './judge-trace.js';

const RULES = 1_500;
const TRACES = 30;

describe('conditions of several spans that are reported as contradictory', () => {
  it('match no trace that is made of the spans that they require', () => {
    let never = 0;
    let accepted = 0;
    const wrong: string[] = [];
    for (const text of fc.sample(arbitraryJoinedRule, { numRuns: RULES, seed: 11 })) {
      const { diagnostics } = check(text);
      const isNever = diagnostics.some(({ code }) => code === 'BT_DSL_NEVER');
      if (diagnostics.every(({ severity }) => severity === 'warning')) accepted++;
      if (!isNever || diagnostics.some(({ code, severity }) => severity === 'error' && code !== 'BT_DSL_NEVER')) continue;
      never++;
      const checked = checkSaved(text);
      if (!checked.ok || checked.rule.kind !== 'expression') continue;
      const set = RuleSet.compile(1, [{ id: 'rule', name: 'rule', version: 1, expression: text, severity: 'LOW' }]);
      const traces = fittingTraces(checked.rule, TRACES);
      if (traces.some((trace) => judgeTrace(set, [trace])[0]?.matches === true)) wrong.push(text);
    }
    expect(wrong).toEqual([]);
    expect(never).toBeGreaterThan(RULES / 40);
    expect(accepted).toBeGreaterThan(RULES / 4);
  }, 600_000);
});
