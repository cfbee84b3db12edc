import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { LogError, logProblem } from '../problems.js';
import { isBusy, openConnection, type Place, placeName, storageProblem } from './connection.js';

const OWNER_FILE = 'owner.txt';

/**
 * One owner per storage: an exclusive lock on the database `lock`, which the operating system takes back when the process
 * ends, however it ends. (In memory the same lock keeps two logs of one process apart.)
 */
export class StorageLock {
  readonly #database: DatabaseSync;

  /** Throws BT_LOG_STORAGE_IN_USE when another has it. */
  constructor(place: Place) {
    const path = placeName(place);
    this.#database = openLock(place);
    try {
      this.#database.exec('BEGIN EXCLUSIVE');
      if ('directory' in place) writeFileSync(join(place.directory, OWNER_FILE), `process ${process.pid}\n`);
    } catch (error) {
      this.#database.close();
      if (isBusy(error)) throw logProblem('BT_LOG_STORAGE_IN_USE', { path, owner: ownerOf(place) }, error);
      throw storageProblem(error, path);
    }
  }

  release(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

function openLock(place: Place): DatabaseSync {
  try {
    return openConnection(place, 'lock', { synced: false, patience: 0 });
  } catch (error) {
    if (error instanceof LogError && isBusy(error.cause))
      throw logProblem('BT_LOG_STORAGE_IN_USE', { path: placeName(place), owner: ownerOf(place) }, error);
    throw error;
  }
}

function ownerOf(place: Place): string {
  if (!('directory' in place)) return 'another log of this process';
  try {
    return readFileSync(join(place.directory, OWNER_FILE), 'utf8').trim() || 'another process';
  } catch {
    return 'another process';
  }
}
