import { ensureConsole } from '../../../scripts/toolchain.mjs';

/** Jest's global setup of the console's tests: they run against the console as it is served. */
export default () => ensureConsole();
