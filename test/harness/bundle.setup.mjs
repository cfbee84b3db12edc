import { join } from 'node:path';
import { ensureBundle, root, ToolchainError } from '../../scripts/toolchain.mjs';

/**
 * Jest's global setup of the tests that start processes: of the bundle, as the image does. A start of it takes half of what one of dist/
 * takes, and a run has hundreds. `BETRACE_TEST_BUNDLE= npm test -- …` starts dist/, and another value another bundle.
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
