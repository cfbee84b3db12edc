// Runs only when named (`npm run bench:kafka`, or `npm run bench -- kafka-hand-overs`).
import type { BenchCase } from '../case.js';
import { handOverCases } from '../fixtures/hand-overs.js';

export const cases: readonly BenchCase[] = process.argv.some((word) => /^kafka(-hand-overs)?$/.test(word)) ? handOverCases(false) : [];
