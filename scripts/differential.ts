// Random rules on random traces, judged by the engine from OTLP bytes in random batches, by the compiled rule, by the interpreter, by
// fengari and by the reference implementation of Lua 5.3: `npm run test:differential [-- pairs [seed]]`, 100,000 pairs unless told otherwise.
// And a fifth as many random scripts, compiled and run by the sandbox; and as many wrong rules, none of which may be accepted without a word
// when it matches none of many traces, or all.
import fc from 'fast-check';
import { judgementInputs } from '../test/fixtures/dsl/compare-judgements.js';
import { ProgramComparison, programInputs } from '../test/fixtures/dsl/compare-programs.js';
import { Differential } from '../test/fixtures/dsl/differential.js';
import { REAL_RULES } from '../test/fixtures/dsl/hostile-texts.js';
import { arbitraryRightRule, MistakeJudge } from '../test/fixtures/dsl/judge-mistakes.js';
import { whyNoLua } from '../test/fixtures/dsl/reference-lua.js';

const ROUND = 5_000;
const [pairs = 100_000, seed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number);
console.log(`differential: ${pairs} pairs, seed ${seed}`);
const noLua = whyNoLua();
if (noLua !== undefined) console.warn(`SKIPPED: ${noLua}`);
const differential = new Differential(noLua === undefined);
for (let round = 0; differential.pairs < pairs; round++) {
  const judgement = fc.property(...judgementInputs, (text, trace, batches, companions) =>
    differential.compare(text, trace, batches, companions),
  );
  fc.assert(judgement, { numRuns: Math.min(ROUND, pairs), seed: seed + round });
  differential.askLua();
  console.log(`differential: all agree on ${differential.summary}`);
}
const programs = new ProgramComparison();
for (let round = 0; programs.seen.scripts < pairs / 5; round++) {
  const property = fc.property(...programInputs, (text, trace, timeout) => programs.compare(text, trace, timeout));
  fc.assert(property, { numRuns: Math.min(ROUND, pairs), seed: seed + round });
  console.log(`differential: compiled and sandbox agree on ${programs.summary}`);
}
const judge = new MistakeJudge();
for (const rule of REAL_RULES) judge.try(rule);
for (let round = 0; judge.wrong < pairs; round++) {
  for (const rule of fc.sample(arbitraryRightRule, { numRuns: 1_000, seed: seed + round })) judge.try(rule);
  if (judge.silent.length > 0) throw new Error(`accepted without a word: ${JSON.stringify(judge.silent.slice(0, 10), undefined, 2)}`);
  console.log(`differential: ${judge.summary}`);
}
