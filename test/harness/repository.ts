import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The repository's root, from sources and from dist/. */
export const REPOSITORY = rootOf(import.meta.dirname);

function rootOf(folder: string): string {
  return existsSync(join(folder, 'package-lock.json')) ? folder : rootOf(dirname(folder));
}
