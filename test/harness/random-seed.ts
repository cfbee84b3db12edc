import { createHash } from 'node:crypto';

/** Set by `npm test`, which prints it; see scripts/test-seed.mjs. */
const RUN = process.env['BETRACE_TEST_SEED'] ?? String(Date.now());

/** The seed of a spec file or a test: an integer from 0 to 2³¹ − 1, which depends on the name and the run's seed. */
export function seedOf(name: string): number {
  return createHash('sha256').update(`${RUN}\n${name}`).digest().readUInt32BE() >>> 1;
}
