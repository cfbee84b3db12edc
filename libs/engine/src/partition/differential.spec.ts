import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgementInputs } from '../../../../test/fixtures/dsl/compare-judgements.js';
import { Differential } from '../../../../test/fixtures/dsl/differential.js';
import { whyNoLua } from '../../../../test/fixtures/dsl/reference-lua.js';
import { seedOf } from '../../../../test/harness/random-seed.js';

const noLua = whyNoLua();
if (noLua !== undefined) process.stderr.write(`SKIPPED: ${noLua}\n`);

describe('the judges of rules', () => {
  it('agree on match, error and nil in any order of arrival: engine, compiled rule, interpreter, fengari, Lua', () => {
    const differential = new Differential(noLua === undefined);
    const judgement = fc.property(...judgementInputs, (text, trace, batches, companions) =>
      differential.compare(text, trace, batches, companions),
    );
    // Each round has its own values: the file's seed would repeat them.
    for (let round = 0; round < 20 && differential.pairs < 2_000; round++)
      fc.assert(judgement, { numRuns: 500, seed: seedOf(`differential ${round}`) });
    differential.askLua();
    process.stderr.write(`differential: ${differential.summary}\n`);
    const { pairs, outcomes } = differential;
    expect(pairs).toBeGreaterThanOrEqual(2_000);
    // Enough traces with many spans of one value, else the sorted look-ups would not run.
    expect(differential.searches).toBeGreaterThan(100);
    // Pairs with one outcome alone would prove little.
    for (const [kind, share] of Object.entries({ match: 0.25, false: 0.25, error: 0.05, nil: 0.004 })) {
      expect({ kind, share: outcomes[kind as keyof typeof outcomes] / pairs >= share }).toEqual({ kind, share: true });
    }
  }, 120_000);
});
