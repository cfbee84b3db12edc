// Random rules on random traces, judged by the engine from OTLP bytes in random batches, by the compiled rule, by the interpreter
// and by fengari: `npm run test:differential [-- pairs [seed]]`, 100,000 pairs unless told otherwise.
import fc from 'fast-check';
import { compareJudgements, judgementInputs } from '../test/fixtures/dsl/compare-judgements.js';

const ROUND = 5_000;
const [pairs = 100_000, seed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number);
console.log(`differential: ${pairs} pairs, seed ${seed}`);
let compared = 0;
for (let round = 0; compared < pairs; round++) {
  const judgement = fc.property(...judgementInputs, (text, trace, batches) => {
    if (compareJudgements(text, trace, batches)) compared++;
  });
  fc.assert(judgement, { numRuns: Math.min(ROUND, pairs), seed: seed + round });
  console.log(`differential: ${compared} pairs agree`);
}
