import { join } from 'node:path';
import { ensureConsole, ensureDependencies } from '../../../scripts/toolchain.mjs';
import bundle from '../../../test/harness/bundle.setup.mjs';

/** Jest's global setup of the console's tests: they run against the console as it is served. */
export default async () => {
  await ensureConsole();
  await ensureDependencies(join(import.meta.dirname, 'issuer'));
  await bundle();
};
