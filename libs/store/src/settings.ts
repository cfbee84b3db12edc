/** SQLite within this process. */
export interface SqliteStoreSettings {
  readonly kind: 'sqlite';
  /** Directory of the database `store.db`, created if missing. Undefined: the database is in memory. */
  readonly path?: string;
  /** Whether queries run in separate threads; default: in the calling thread. A URL names the threads' entry file if it is not in the caller's build. */
  readonly threads?: boolean | URL;
}

/** PostgreSQL, for any number of processes. */
export interface PostgresStoreSettings {
  readonly kind: 'postgres';
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** Maximum of connections of this process; default 10. */
  readonly connections?: number;
  /** The server ends a statement that takes this long (ms); default 30 s. */
  readonly statementMs?: number;
  /** A connection without an answer for this long (ms) is closed; default 40 s, above the statement timeout. */
  readonly answerMs?: number;
  /** The server closes a connection that is idle within a transaction for this long (ms); default 15 s. */
  readonly idleMs?: number;
}

/** The settings of `openStore`; `kind` selects the database. */
export type StoreSettings = SqliteStoreSettings | PostgresStoreSettings;
