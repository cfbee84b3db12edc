import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../problems.js';

const NAME = /^betrace-\d{8}T\d{6}Z\.ndjson\.gz$/;

/** The file name of a backup (Unix ms): alphabetical order is order of time. */
export const backupName = (now: number): string => `betrace-${new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')}.ndjson.gz`;

/** Deletes all but the newest `keep` backups in a directory; other files stay. Throws a CliError. */
export async function deleteOldBackups(directory: string, keep: number): Promise<void> {
  try {
    const names = (await readdir(directory)).filter((name) => NAME.test(name)).sort();
    for (const name of names.slice(0, Math.max(0, names.length - keep))) await rm(join(directory, name));
  } catch (error) {
    throw new CliError('BT_CLI_FILE', { action: 'delete backups in', file: directory, reason: (error as Error).message });
  }
}
