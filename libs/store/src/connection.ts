import type { Kysely, Transaction } from 'kysely';
import type { Loss } from '#files';
import type { Schema } from './schema.js';

/** What differs between the databases; the queries don't. */
export interface Connection {
  readonly database: Kysely<Schema>;
  /** How it is called in messages: without password. */
  readonly place: string;
  /** Keeps other transactions that take the same lock waiting until this one ends. */
  lock(transaction: Transaction<Schema>, name: LockName): Promise<void>;
  /** See `Store`. */
  stopping?(timeoutMs: number, gaveUp: () => void): void;
  /** The loss of a file of the database that was deleted, replaced or truncated while it is open. */
  lost?(): Loss | undefined;
  /** The same, with a look into the files: for when the database is found damaged. */
  examine?(): Loss | undefined;
  /** The meaning of an error of the database: a StoreError, or the error itself when it is not the database's. */
  problem(error: unknown): unknown;
}

/** What must not be done by two at once. */
export type LockName = 'migrations' | 'rules' | 'violations' | 'closed_traces';
