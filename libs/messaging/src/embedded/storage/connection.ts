import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DatabaseFile } from '#files';
import { logProblem } from '../../problems.js';

/** The place of the databases: a directory, or the memory of this process under a name that all its threads know. */
export type DatabaseLocation = { readonly directory: string } | { readonly memory: string };

/** A record of 64 spans is about 27 KB: two pages, instead of seven of the default size. */
const PAGE_BYTES = 16_384;
/** The size to which a checkpoint truncates the write-ahead log after a burst. */
const WAL_KEPT_BYTES = 64 * 1024 * 1024;

export interface ConnectionOptions {
  /** Whether a commit waits for the disk. If not, it survives the end of the process, but not a loss of power. */
  readonly synced: boolean;
  /** Milliseconds to wait for the lock of another connection. */
  readonly timeoutMs?: number;
}

/** The name of a place in messages. */
export function placeName(place: DatabaseLocation): string {
  return 'directory' in place ? place.directory : 'memory';
}

/** The name of a place's database in messages. */
export function databaseName(place: DatabaseLocation, name: string): string {
  return 'directory' in place ? join(place.directory, `${name}.db`) : 'memory';
}

/** The files of an open database; undefined in memory. */
export function filesOf(place: DatabaseLocation, name: string): DatabaseFile | undefined {
  return 'directory' in place ? new DatabaseFile(databaseName(place, name)) : undefined;
}

/** Throws BT_LOG_FILE_LOST when the database was written to a deleted or replaced file. */
export function checkFiles(file: DatabaseFile | undefined): void {
  const loss = file?.lost();
  if (loss !== undefined) throw logProblem('BT_LOG_FILE_LOST', { ...loss, pid: process.pid });
}

/** Opens (or creates) the database `name` of a place. Throws a LogError with a remedy. */
export function openConnection(place: DatabaseLocation, name: string, options: ConnectionOptions): DatabaseSync {
  // memdb: SQLite's own file system in memory, shared by all connections of the process that open the same name.
  const location = 'directory' in place ? join(place.directory, `${name}.db`) : `file:/${place.memory}-${name}?vfs=memdb`;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(location, { timeout: options.timeoutMs ?? 10_000 });
    database.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
    if ('directory' in place) {
      database.exec('PRAGMA journal_mode = WAL');
      database.exec(`PRAGMA synchronous = ${options.synced ? 'FULL' : 'NORMAL'}`);
      database.exec(`PRAGMA journal_size_limit = ${WAL_KEPT_BYTES}`);
    } else {
      database.exec('PRAGMA journal_mode = MEMORY');
    }
    return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    throw storageProblem(error, 'directory' in place ? location : 'memory');
  }
}

/** Runs `work` in a write transaction; rolls back and throws a LogError when it fails. */
export function inTransaction<T>(database: DatabaseSync, path: string, work: () => T): T {
  try {
    database.exec('BEGIN IMMEDIATE');
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has rolled back by itself after some errors (a full disk): then no transaction is open.
    if (database.isOpen && database.isTransaction) database.exec('ROLLBACK');
    throw storageProblem(error, path);
  }
}

/**
 * Throws a LogError when the database cannot be written; writes nothing. SQLite silently opens a read-only file, and begins a write transaction on it: it
 * refuses only the first write.
 */
export function probeWriting(database: DatabaseSync, path: string): void {
  try {
    database.exec('BEGIN IMMEDIATE');
    database.exec('PRAGMA user_version = 0');
  } catch (error) {
    throw storageProblem(error, path);
  } finally {
    if (database.isOpen && database.isTransaction) database.exec('ROLLBACK');
  }
}

/** Primary result codes of SQLite (https://sqlite.org/rescode.html) that an operator can act on. */
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

/** The problem of the log for an error of SQLite. Other errors are passed through. */
export function storageProblem(error: unknown, path: string): unknown {
  const values = { path, reason: (error as Error).message };
  if (isOutOfRange(error)) return logProblem('BT_LOG_STORAGE_CORRUPT', values, error);
  const code = sqliteCode(error);
  if (code === undefined) return error;
  switch (code) {
    case SQLITE_FULL:
      return logProblem('BT_LOG_STORAGE_FULL', values, error);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return logProblem('BT_LOG_STORAGE_CORRUPT', values, error);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return logProblem('BT_LOG_STORAGE_NOT_WRITABLE', values, error);
    default:
      return logProblem('BT_LOG_FAILED', values, error);
  }
}

/** Whether another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  return sqliteCode(error) === SQLITE_BUSY;
}

/** SQLite returned a number that JavaScript cannot hold. BeTrace never writes one: offsets and times stay far below. */
function isOutOfRange(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_OUT_OF_RANGE';
}

/** The primary result code, found by the error's fields, since the error may come from another realm than this module's `Error`. */
function sqliteCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}
