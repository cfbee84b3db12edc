import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { DatabaseFile } from '#files';
import { LogError, logProblem } from '../../problems.js';
import { type DatabaseLocation, databaseName, filesOf, isBusy, openConnection, placeName, storageProblem } from './connection.js';

const OWNER_FILE = 'owner.txt';

interface Held {
  readonly database: DatabaseSync;
  readonly files: DatabaseFile | undefined;
}

/**
 * One owner per storage: an exclusive lock on the database `lock`. The operating system releases it when the process ends. (In memory the same lock separates
 * two logs of one process.)
 */
export class StorageLock {
  /** Undefined when another process has it: its file was deleted, and another process was faster. */
  #held: Held | undefined;

  /** Throws BT_LOG_STORAGE_IN_USE when another has it. */
  constructor(readonly place: DatabaseLocation) {
    this.#held = take(place);
  }

  /** Whether this process has it, even while its file cannot be read. */
  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  /**
   * A lock on an unlinked file excludes no process: it is taken again, under the name. Throws BT_LOG_LOCK_LOST when another process has it, BT_LOG_FILE_LOST when
   * it cannot be taken.
   */
  check(): void {
    const loss = this.#held?.files?.lost();
    if (this.#held !== undefined && loss === undefined) return;
    const lost = { path: databaseName(this.place, 'lock'), what: loss?.what ?? 'deleted', pid: process.pid };
    if (lost.what.startsWith('made inaccessible')) throw logProblem('BT_LOG_FILE_LOST', lost);
    // Closed first, because SQLite shares file locks among the connections of a process.
    this.release();
    try {
      this.#held = take(this.place);
    } catch (error) {
      if (!(error instanceof LogError && error.code === 'BT_LOG_STORAGE_IN_USE')) throw logProblem('BT_LOG_FILE_LOST', lost, error);
      throw logProblem('BT_LOG_LOCK_LOST', { path: placeName(this.place), owner: ownerOf(this.place), pid: process.pid }, error);
    }
  }

  release(): void {
    if (this.#held?.database.isOpen) this.#held.database.close();
    this.#held = undefined;
  }
}

function take(place: DatabaseLocation): Held {
  const database = openLock(place);
  try {
    database.exec('BEGIN EXCLUSIVE');
    // On a read-only file this begins a read transaction, which excludes no process: only a write is refused.
    database.exec('PRAGMA user_version = 0');
    if ('directory' in place) noteOwner(place.directory);
    return { database, files: filesOf(place, 'lock') };
  } catch (error) {
    database.close();
    if (isBusy(error)) throw inUse(place, error);
    throw storageProblem(error, placeName(place));
  }
}

/** Only for the error text of a second process. If it cannot be written (the disk is full), other errors report that. */
function noteOwner(directory: string): void {
  const file = join(directory, OWNER_FILE);
  try {
    writeFileSync(file, `process ${process.pid}\n`);
  } catch {
    // No name is better than that of an earlier process.
    rmSync(file, { force: true, recursive: true });
  }
}

function openLock(place: DatabaseLocation): DatabaseSync {
  try {
    return openConnection(place, 'lock', { synced: false, timeoutMs: 0 });
  } catch (error) {
    if (error instanceof LogError && isBusy(error.cause)) throw inUse(place, error);
    throw error;
  }
}

function inUse(place: DatabaseLocation, cause: unknown): LogError {
  return logProblem('BT_LOG_STORAGE_IN_USE', { path: placeName(place), owner: ownerOf(place) }, cause);
}

function ownerOf(place: DatabaseLocation): string {
  if (!('directory' in place)) return 'another log of this process';
  try {
    return readFileSync(join(place.directory, OWNER_FILE), 'utf8').trim() || 'another process';
  } catch {
    return 'another process';
  }
}
