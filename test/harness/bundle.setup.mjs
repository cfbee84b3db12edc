import { join } from 'node:path';
import { ensureBundle, root, ToolchainError } from '../../scripts/toolchain.mjs';

/**
 * Jest's global setup for tests that start processes: they start the bundle, like the image. A start of the bundle takes half the time of dist/, and a run has
 * hundreds. `BETRACE_TEST_BUNDLE= npm test -- …` starts dist/; another value names another bundle.
 */
export default async () => {
  if (process.env.BETRACE_TEST_BUNDLE !== undefined) return;
  try {
    await ensureBundle();
    process.env.BETRACE_TEST_BUNDLE = join(root, 'dist', 'bundle');
  } catch (error) {
    if (!(error instanceof ToolchainError) || process.env.CI) throw error;
    process.stderr.write(`betrace: ${error.message}; the tests start dist/\n`);
    process.env.BETRACE_TEST_BUNDLE = '';
  }
};
