// Judges random rules on random traces in five ways: the engine (OTLP bytes in random batches), the compiled rule, the interpreter, fengari, and Lua 5.3 itself. `npm run test:differential [-- pairs [seed]]`, 100,000 pairs by default.
// It also runs a fifth as many random scripts, compiled and in the sandbox, and as many wrong rules. A wrong rule that matches none or all of many traces must not be
// accepted without a warning. These alone: `npm run test:differential -- mistakes [wrong rules [seed]]`.
import fc from 'fast-check';
import { judgementInputs } from '../test/fixtures/dsl/compare-judgements.js';
import { ProgramComparison, programInputs } from '../test/fixtures/dsl/compare-programs.js';
import { Differential } from '../test/fixtures/dsl/differential.js';
import { REAL_RULES } from '../test/fixtures/dsl/hostile-texts.js';
import { arbitraryRightRule, MistakeJudge } from '../test/fixtures/dsl/mistakes/judge-mistakes.js';
import { whyNoLua } from '../test/fixtures/dsl/reference-lua.js';

const ROUND = 5_000;
const args = process.argv.slice(2);
const areMistakesAlone = args[0] === 'mistakes';
const [pairs = 100_000, seed = Date.now() % 2 ** 31] = (areMistakesAlone ? args.slice(1) : args).map(Number);
console.log(`differential: ${pairs} ${areMistakesAlone ? 'wrong rules' : 'pairs'}, seed ${seed}`);
if (!areMistakesAlone) compareEvaluations();
judgeMistakes();

function compareEvaluations(): void {
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
}

/** Lists all findings and fails at the end of the run, so that one does not hide the next. */
function judgeMistakes(): void {
  const judge = new MistakeJudge();
  for (const rule of REAL_RULES) judge.try(rule);
  for (let round = 0; judge.wrong < pairs; round++) {
    for (const rule of fc.sample(arbitraryRightRule, { numRuns: 1_000, seed: seed + round })) {
      judge.try(rule);
      if (judge.wrong >= pairs) break;
    }
    for (const found of judge.takeFound()) console.error(`differential: ${JSON.stringify(found)}`);
    console.log(`differential: ${judge.summary}`);
  }
  if (judge.silent.length > 0) throw new Error(`${judge.silent.length} wrong rules were accepted silently`);
}
