// The seed of all random values of a test run. Plain JavaScript for Node 20, like the tool chain.
import { spawnSync } from 'node:child_process';
import { root } from './toolchain.mjs';

/**
 * `BETRACE_TEST_SEED` repeats a run. Without it CI derives the seed from the contents of the commit. So a commit is always tested with the same values, and a
 * failure belongs to the commit for which it is reported. Outside of CI each run has its own seed.
 */
export function testSeed({ BETRACE_TEST_SEED: given, CI: isCI } = process.env) {
  if (given) return given;
  if (!isCI) return String(Date.now());
  const { status, stdout } = spawnSync('git', ['rev-parse', '--short=12', 'HEAD^{tree}'], { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'no commit'; // an archive of the sources has none
}
