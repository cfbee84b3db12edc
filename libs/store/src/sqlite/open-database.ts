import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

/** For so long (ms) a statement waits for the lock of another process. */
export const LOCK_TIMEOUT_MS = 10_000;

/** Opens a database of the store, and makes it when it is absent. Throws what SQLite says. */
export function openDatabase(place: string | URL): DatabaseSync {
  const database = new DatabaseSync(place, { timeout: LOCK_TIMEOUT_MS });
  try {
    // A rule that was answered as saved survives a loss of power.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** One that is there: in the place of a file that was deleted no other is made. */
export function openExistingDatabase(place: string): DatabaseSync {
  if (place === ':memory:') return openDatabase(place);
  const url = pathToFileURL(place);
  url.searchParams.set('mode', 'rw');
  return openDatabase(url);
}
