import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgedByCompiler, judgedByInterpreter, judgedByLua, ruleOf } from '../../../../test/fixtures/dsl/judgements.js';
import { arbitraryRelatedTrace, arbitrarySpansRule } from '../../../../test/fixtures/dsl/rules/arbitrary-trace-rule.js';

describe('rules about several spans', () => {
  it('have one result compiled, interpreted and in fengari: match, error and nil', () => {
    let pairs = 0;
    fc.assert(
      fc.property(arbitrarySpansRule, arbitraryRelatedTrace, (text, trace) => {
        const rule = ruleOf(text);
        fc.pre(rule !== undefined);
        pairs++;
        const expected = judgedByInterpreter(rule, trace);
        expect({ text, ...judgedByCompiler(rule, trace) }).toEqual({ text, ...expected });
        expect({ text, ...judgedByLua(rule, trace) }).toEqual({ text, ...expected });
      }),
      { numRuns: 1_500 },
    );
    expect(pairs).toBeGreaterThan(1_000);
  });

  it('do not depend on the order in which spans arrive', () => {
    const shuffled = arbitraryRelatedTrace.chain((trace) =>
      fc.shuffledSubarray([...trace.spans], { minLength: trace.spans.length }).map((spans) => ({ trace, other: { ...trace, spans } })),
    );
    fc.assert(
      fc.property(arbitrarySpansRule, shuffled, (text, { trace, other }) => {
        const rule = ruleOf(text);
        // With two spans without a parent, the first to arrive is the root.
        fc.pre(rule !== undefined && !text.includes('trace.root'));
        const verdicts = (of: typeof trace): unknown => {
          const { matches, errors } = judgedByCompiler(rule, of);
          const name = (index: number): string => of.spans[index]?.id ?? 'trace';
          return { matches: matches.map(name).sort(), errors: errors.map(({ span }) => name(span)).sort() };
        };
        expect({ text, verdicts: verdicts(other) }).toEqual({ text, verdicts: verdicts(trace) });
      }),
      { numRuns: 500 },
    );
  });
});
