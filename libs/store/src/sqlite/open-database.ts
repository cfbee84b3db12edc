import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

/** How long (ms) a statement waits for the lock of another process. */
export const LOCK_TIMEOUT_MS = 10_000;

/** Opens a database of the store, and creates it if missing. Throws SQLite's errors. */
export function openDatabase(place: string | URL): DatabaseSync {
  const database = new DatabaseSync(place, { timeout: LOCK_TIMEOUT_MS });
  try {
    // FULL: a rule whose save was acknowledged survives a power failure.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opens an existing database: a deleted file is not replaced by a new one. */
export function openExistingDatabase(place: string): DatabaseSync {
  if (place === ':memory:') return openDatabase(place);
  const url = pathToFileURL(place);
  url.searchParams.set('mode', 'rw');
  return openDatabase(url);
}
