import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The files that BeTrace creates in its storage directory. */
const OWN = /^((betrace\.[\w.-]+|positions|lock|store)\.db(-wal|-shm|-journal)?|owner\.txt|signature\.key)$/;
const OTHERS = 0o077;

/**
 * Spans and violations hold personal data, so only the owner may read the storage: new files, and those that an older version created for others to read. The
 * directory is restricted too, unless it holds other files. Returns a warning if others can still read.
 */
export function keepPrivate(directory: string): string | undefined {
  process.umask(OTHERS);
  try {
    const names = readdirSync(directory);
    for (const name of names) if (OWN.test(name)) narrow(join(directory, name), 0o600);
    if (names.every((name) => OWN.test(name))) narrow(directory, 0o700);
  } catch (error) {
    return `the files in ${directory} hold personal data and cannot be kept from other users: ${(error as Error).message}; chmod 700 ${directory}`;
  }
  if ((statSync(directory).mode & 0o007) === 0) return undefined;
  return `other users may read ${directory}, which holds personal data; chmod 700 ${directory}`;
}

function narrow(path: string, mode: number): void {
  // Only the owner may restrict a file (the orchestrator owns some volumes).
  const { mode: found, uid } = statSync(path);
  if ((found & OTHERS) !== 0 && uid === process.getuid?.()) chmodSync(path, mode);
}
