// Static members. Runs only when named (`npm run bench:kafka`, or `npm run bench -- kafka-named-hand-overs`).
import type { BenchCase } from '../case.js';
import { handOverCases } from '../fixtures/hand-overs.js';

export const cases: readonly BenchCase[] = process.argv.some((word) => /^kafka(-named-hand-overs)?$/.test(word)) ? handOverCases(true) : [];
