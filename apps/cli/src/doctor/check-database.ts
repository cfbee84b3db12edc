import type { Configuration } from '#platform';
import { inspectDatabase } from '#store';
import { type CheckResult, fail, off, ok } from './check-result.js';

/** Checks PostgreSQL, if it is used, and its clock. */
export async function checkDatabase({ storage }: Configuration): Promise<{ readonly found: CheckResult; readonly clock?: number }> {
  if (storage.databaseUrl === undefined) return { found: off('rules and violations are in SQLite: DATABASE_URL is not set') };
  try {
    const { version, now } = await inspectDatabase(storage.databaseUrl);
    return { found: ok(`PostgreSQL ${version} answers`), clock: now };
  } catch (error) {
    return { found: fail(error) };
  }
}
