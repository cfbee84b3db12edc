import type { Kysely, Transaction } from 'kysely';
import type { Loss } from '#files';
import type { Schema } from './schema.js';

/** What differs between the databases. The queries are the same. */
export interface Connection {
  readonly database: Kysely<Schema>;
  /** The database's name in messages, without password. */
  readonly place: string;
  /** Makes other transactions that take the same lock wait until this one ends. */
  lock(transaction: Transaction<Schema>, name: LockName): Promise<void>;
  /** See `Store`. */
  stopping?(timeoutMs: number, gaveUp: () => void): void;
  /** The loss of a database file: deleted, replaced or truncated while open. */
  lost?(): Loss | undefined;
  /** Like `lost`, but reads the files: called when the database is found damaged. */
  examine?(): Loss | undefined;
  /** Translates an error of the database to a StoreError; returns other errors unchanged. */
  problem(error: unknown): unknown;
}

/** Work that only one transaction at a time may do. */
export type LockName = 'migrations' | 'rules' | 'violations' | 'closed_traces';
