import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Configuration } from '#platform';
import { type CheckResult, fail, off, ok, warn } from './check-result.js';

const GIB = 2 ** 30;
const LITTLE = 2 * GIB;
const OTHERS = 0o077;

/** Checks the storage directory: whether it is writable, who can read it, and its free space. */
export function checkStorage({ storage, kafka }: Configuration): CheckResult {
  const { path, databaseUrl } = storage;
  if (kafka.brokers.length > 0 && databaseUrl !== undefined && path === undefined) return off('everything is kept in Kafka and PostgreSQL');
  if (path === undefined || storage.type === 'memory')
    return warn('in memory: rules, spans and violations are forgotten at the end; set BETRACE_STORAGE_PATH to keep them');
  const directory = resolve(path);
  const there = nearestDirectory(directory);
  try {
    if (!statSync(there).isDirectory()) throw new Error(`${there} is a file`);
    accessSync(there, constants.R_OK | constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(there);
    const room = bavail * bsize;
    const message = `${directory} ${there === directory ? 'can be written' : 'will be made'}, ${(room / GIB).toFixed(1)} GiB are free`;
    if (there === directory && (statSync(there).mode & OTHERS) !== 0)
      return warn(`${message}; others can read it: chmod 0700 ${directory}`);
    return room < LITTLE ? warn(`${message}; spans are kept for log.retention (BETRACE_LOG_RETENTION)`) : ok(message);
  } catch (error) {
    return fail(
      `${directory} cannot be used: ${(error as Error).message}; make it writable for this user, or set another by BETRACE_STORAGE_PATH`,
    );
  }
}

function nearestDirectory(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestDirectory(dirname(path));
}
