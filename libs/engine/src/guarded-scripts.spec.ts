import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryScript } from '../../../test/fixtures/dsl/arbitrary-script.js';
import { arbitraryRelatedTrace } from '../../../test/fixtures/dsl/arbitrary-trace-rule.js';
import { COMPANIONS, requestOfViews } from '../../../test/fixtures/dsl/compare-judgements.js';
import { ruleOf } from '../../../test/fixtures/engine/apply-all.js';
import { PartitionEngine } from './partition.js';
import { RuleSet } from './rule-set.js';
import { DEFAULT_ASSEMBLY } from './settings.js';
import type { Verdict } from './verdict.js';

it('a script with guards does what it does without them, among other rules, in the same batches', () => {
  const outcomes = { guarded: 0, matched: 0, failed: 0 };
  fc.assert(
    fc.property(
      arbitraryScript,
      arbitraryRelatedTrace,
      fc.integer({ min: 1, max: 4 }),
      fc.subarray(COMPANIONS),
      (text, trace, size, others) => {
        const companions = others.map((other, n) => ruleOf(`companion-${n}`, other));
        // Behind a statement a guard is a statement like others.
        const rules = RuleSet.compile(1, [ruleOf('guarded', text), ruleOf('plain', `do end ${text}`), ...companions]);
        if (rules.problems.length > 0) return;
        const engine = new PartitionEngine({ partition: 0, settings: DEFAULT_ASSEMBLY, ruleSetOf: () => rules, initialEpoch: 1 });
        const found: Record<string, string[]> = { guarded: [], plain: [] };
        const keep = ({ ruleId, spanId }: Verdict): void => void found[ruleId]?.push(spanId);
        for (let from = 0; from <= trace.spans.length; from += size) {
          const value = requestOfViews(trace.spans.slice(from, from + size));
          engine.apply({ kind: 'spans', offset: from, timestamp: 0, value }, keep);
        }
        engine.apply({ kind: 'tick', offset: trace.spans.length + size, timestamp: 2 * DEFAULT_ASSEMBLY.maxAge }, keep);
        const [guarded, plain] = ['guarded', 'plain'].map((id) => {
          const { evaluations, errors, lastError } = engine.accounting.rule(id);
          return { text, found: found[id], evaluations, errors: [...errors], lastError };
        });
        expect(guarded).toEqual(plain);
        if (rules.compiled.rules[0]!.buffered !== undefined) outcomes.guarded++;
        if (plain!.found!.length > 0) outcomes.matched++;
        if (plain!.errors.length > 0) outcomes.failed++;
      },
    ),
    { numRuns: 500 },
  );
  expect(outcomes.guarded).toBeGreaterThan(100);
  expect(outcomes.matched).toBeGreaterThan(50);
  expect(outcomes.failed).toBeGreaterThan(20);
});
