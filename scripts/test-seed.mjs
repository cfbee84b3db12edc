// What all random values of a test run are made of. Plain JavaScript that runs on Node 20, as the tool chain does.
import { spawnSync } from 'node:child_process';
import { root } from './toolchain.mjs';

/**
 * `BETRACE_TEST_SEED` repeats a run. Without it CI derives the seed from the contents of the commit. The same commit is tested with the same values each time,
 * and a failure belongs to the commit that it is reported for. Outside of CI each run has its own seed.
 */
export function testSeed({ BETRACE_TEST_SEED: given, CI: isCI } = process.env) {
  if (given) return given;
  if (!isCI) return String(Date.now());
  const { status, stdout } = spawnSync('git', ['rev-parse', '--short=12', 'HEAD^{tree}'], { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'no commit'; // an archive of the sources has none
}
