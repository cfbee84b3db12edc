import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from './repository.js';

/** Runs `npm run bundle` and returns its folder. An error includes its output. */
export async function bundledCode(): Promise<string> {
  await promisify(execFile)(process.execPath, [join(REPOSITORY, 'scripts', 'run.mjs'), 'bundle'], { cwd: REPOSITORY, timeout: 240_000 });
  return join(REPOSITORY, 'dist', 'bundle');
}
