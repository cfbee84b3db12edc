/** SQLite in this process. */
export interface SqliteStoreSettings {
  readonly kind: 'sqlite';
  /** Directory of the database `store.db`, made when absent. Undefined keeps it in memory. */
  readonly path?: string;
  /** Queries run in threads of their own, or in this one (default). The URL of the threads' entry, where it is not in the build beside the caller. */
  readonly threads?: boolean | URL;
}

/** PostgreSQL, for any number of processes. */
export interface PostgresStoreSettings {
  readonly kind: 'postgres';
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** Connections that this process opens at most; default 10. */
  readonly connections?: number;
  /** A connection on which nothing comes for so long (ms) is given up; default 40 s, more than a statement may take. */
  readonly answerMs?: number;
  /** The server ends a connection that does nothing in a transaction for so long (ms); default 15 s. */
  readonly idleMs?: number;
}

/** What `openStore` takes; `kind` chooses the database. */
export type StoreSettings = SqliteStoreSettings | PostgresStoreSettings;
