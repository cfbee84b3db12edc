import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../problems.js';
import { partialOf } from './backup-file.js';

/** How long after its last write a partial file is that of a backup that was killed (ms). */
const KILLED_MS = 24 * 3_600_000;
const PARTIAL = partialOf('');
const NAME = /^betrace-\d{8}T\d{6}Z\.ndjson\.gz$/;

/** The file name of a backup (Unix ms): alphabetical order is order of time. */
export const backupName = (now: number): string => `betrace-${new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')}.ndjson.gz`;

/**
 * Deletes all but the newest `keep` backups in a directory, and files that killed backups left a day ago; other files stay. The backup just written counts as
 * the newest, even if the clock was set back. Throws a CliError.
 */
export async function deleteOldBackups(directory: string, keep: number, written: string): Promise<void> {
  try {
    const names = await readdir(directory);
    const others = names.filter((name) => NAME.test(name) && name !== written).sort();
    for (const name of others.slice(0, Math.max(0, others.length - keep + 1))) await rm(join(directory, name));
    for (const name of names.filter((one) => one.endsWith(PARTIAL) && NAME.test(one.slice(0, -PARTIAL.length)))) {
      const { mtimeMs } = await stat(join(directory, name));
      if (mtimeMs < Date.now() - KILLED_MS) await rm(join(directory, name), { force: true });
    }
  } catch (error) {
    throw new CliError('BT_CLI_FILE', { action: 'delete backups in', file: directory, reason: (error as Error).message });
  }
}
