import { join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { DatabaseFile, makeDirectory } from '#files';
import type { Connection } from '../connection.js';
import { StoreError } from '../problems.js';
import type { Schema } from '../schema.js';
import type { SqliteStoreSettings } from '../settings.js';
import { NodeSqliteDialect } from './node-sqlite-dialect.js';
import { openDatabase } from './open-database.js';
import { ThreadEnded } from './sqlite-thread.js';
import { SqliteThreads } from './sqlite-threads.js';
import { ThreadedSqliteDialect } from './threaded-sqlite-dialect.js';

/** Opens the SQLite database, and creates it if missing. Throws a StoreError that names the path and how to set another. */
export function openSqlite(settings: SqliteStoreSettings): Connection {
  const place = settings.path === undefined ? ':memory:' : join(resolve(settings.path), 'store.db');
  let database: DatabaseSync;
  try {
    if (settings.path !== undefined) makeDirectory(resolve(settings.path));
    // With threads this connection only reports errors at the start, and keeps the watched files open.
    database = openDatabase(place);
  } catch (error) {
    const problem = sqliteProblem(error, place);
    if (problem instanceof StoreError) throw problem;
    throw new StoreError(
      'BT_STORE_NOT_WRITABLE',
      { place, reason: error instanceof Error ? error.message : String(error) },
      { cause: error },
    );
  }
  const files = settings.path === undefined ? undefined : new DatabaseFile(place);
  const threads = threadsOf(settings, place);
  const dialect = threads === undefined ? new NodeSqliteDialect(database) : new ThreadedSqliteDialect(threads, () => database.close());
  return {
    ...(files === undefined ? {} : { lost: () => files.lost(), examine: () => files.examine() }),
    database: new Kysely<Schema>({ dialect }),
    place,
    // Every transaction takes the write lock when it begins.
    lock: async () => undefined,
    problem: (error) => sqliteProblem(error, place),
  };
}

function threadsOf({ threads = false }: SqliteStoreSettings, place: string): SqliteThreads | undefined {
  if (threads === false) return undefined;
  return threads === true ? new SqliteThreads(place) : new SqliteThreads(place, threads);
}

/** SQLite's primary result codes (https://sqlite.org/rescode.html) and the errors they become. */
const CODES: Readonly<
  Record<number, 'BT_STORE_UNAVAILABLE' | 'BT_STORE_NOT_WRITABLE' | 'BT_STORE_CORRUPT' | 'BT_STORE_FULL' | 'BT_STORE_REFUSED'>
> = {
  5: 'BT_STORE_UNAVAILABLE',
  6: 'BT_STORE_UNAVAILABLE',
  8: 'BT_STORE_NOT_WRITABLE',
  10: 'BT_STORE_UNAVAILABLE',
  11: 'BT_STORE_CORRUPT',
  13: 'BT_STORE_FULL',
  14: 'BT_STORE_NOT_WRITABLE',
  18: 'BT_STORE_REFUSED',
  20: 'BT_STORE_REFUSED',
  26: 'BT_STORE_CORRUPT',
};

function sqliteProblem(error: unknown, place: string): unknown {
  if (error instanceof ThreadEnded) return new StoreError('BT_STORE_UNAVAILABLE', { place, reason: error.message }, { cause: error });
  // A stored number exceeds JavaScript's range: only damage can cause it.
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_OUT_OF_RANGE') {
    return new StoreError('BT_STORE_CORRUPT', { place, reason: (error as unknown as Error).message }, { cause: error });
  }
  if (typeof error !== 'object' || error === null || !('errcode' in error) || typeof error.errcode !== 'number') return error;
  const code = CODES[error.errcode & 0xff] ?? 'BT_STORE_FAILED';
  return new StoreError(code, { place, reason: (error as unknown as Error).message }, { cause: error });
}
