import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareJudgements, judgementInputs } from '../../../test/fixtures/dsl/compare-judgements.js';

it('engine, compiled rule, interpreter and fengari agree on match, error and nil, however spans arrive', () => {
  let pairs = 0;
  const judgement = fc.property(...judgementInputs, (text, trace, batches) => {
    if (compareJudgements(text, trace, batches)) pairs++;
  });
  for (let round = 0; round < 20 && pairs < 2_000; round++) fc.assert(judgement, { numRuns: 500 });
  expect(pairs).toBeGreaterThanOrEqual(2_000);
}, 120_000);
