import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { DatabaseFile, makeDirectory } from '#files';
import type { Connection } from '../connection.js';
import { StoreError } from '../problems.js';
import type { Schema } from '../schema.js';
import type { SqliteStoreSettings } from '../settings.js';
import { NodeSqliteDialect } from './node-sqlite.js';

const TIMEOUT_MS = 10_000;

/** Opens (and makes, when absent) the SQLite database. Throws a StoreError that says which path, and how to set another. */
export function openSqlite(settings: SqliteStoreSettings): Connection {
  const place = settings.path === undefined ? ':memory:' : join(resolve(settings.path), 'store.db');
  let database: DatabaseSync | undefined;
  try {
    if (settings.path !== undefined) makeDirectory(resolve(settings.path));
    database = new DatabaseSync(place, { timeout: TIMEOUT_MS });
    // A rule that was answered as saved survives a loss of power.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864');
  } catch (error) {
    if (database?.isOpen) database.close();
    const problem = sqliteProblem(error, place);
    if (problem instanceof StoreError) throw problem;
    throw new StoreError(
      'BT_STORE_NOT_WRITABLE',
      { place, reason: error instanceof Error ? error.message : String(error) },
      { cause: error },
    );
  }
  const files = settings.path === undefined ? undefined : new DatabaseFile(place);
  return {
    ...(files === undefined ? {} : { lost: () => files.lost() }),
    database: new Kysely<Schema>({ dialect: new NodeSqliteDialect(database) }),
    place,
    // Every transaction has the write lock from its start.
    lock: async () => undefined,
    problem: (error) => sqliteProblem(error, place),
  };
}

/** Primary result codes of SQLite (https://sqlite.org/rescode.html) and what they mean here. */
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
  // A number was read that JavaScript cannot hold, which nobody wrote.
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_OUT_OF_RANGE') {
    return new StoreError('BT_STORE_CORRUPT', { place, reason: (error as unknown as Error).message }, { cause: error });
  }
  if (typeof error !== 'object' || error === null || !('errcode' in error) || typeof error.errcode !== 'number') return error;
  const code = CODES[error.errcode & 0xff] ?? 'BT_STORE_FAILED';
  return new StoreError(code, { place, reason: (error as unknown as Error).message }, { cause: error });
}
