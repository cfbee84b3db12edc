import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getAsset, isSea } from 'node:sea';

/** The version in BeTrace's package.json. It is searched upwards from here (sources and `dist` differ in depth), or in the executable. */
export const VERSION: string = isSea()
  ? (JSON.parse(getAsset('package.json', 'utf8')) as { version: string }).version
  : readVersion(import.meta.dirname);

function readVersion(directory: string): string {
  const file = join(directory, 'package.json');
  if (existsSync(file)) {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    if (name === 'betrace' && version !== undefined) return version;
  }
  const parent = dirname(directory);
  return parent === directory ? 'unknown' : readVersion(parent);
}
