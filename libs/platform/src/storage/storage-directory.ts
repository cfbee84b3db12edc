import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StartError } from '../start-error.js';
import { keepPrivate } from './private-files.js';

/**
 * Creates the storage directory if missing, and makes it private. Returns a warning when others can read it; throws a StartError when it cannot be created or
 * written.
 */
export function prepareStorage(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    makeDirectory(resolve(path));
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return keepPrivate(resolve(path));
  } catch (error) {
    const reason = (error as Error).message;
    throw new StartError(
      `the storage path ${path} cannot be used: ${reason}; make it writable for this user, or set another with --storage-path=DIRECTORY or BETRACE_STORAGE_PATH`,
      { cause: error },
    );
  }
}

/** One level at a time, because Node's recursive mkdir never ends below /proc (an ENOENT there does not mean a missing parent). */
function makeDirectory(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (found) throw new Error(`${path} is a file`);
  const parent = dirname(path);
  if (parent !== path) makeDirectory(parent);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
