/** Requests to the connection of a thread. A thread runs its statements in the order of the requests. */
export type ThreadRequest =
  | { readonly kind: 'query'; readonly id: number; readonly sql: string; readonly parameters: readonly unknown[] }
  /** Does nothing if SQLite has already rolled back. */
  | { readonly kind: 'rollback'; readonly id: number }
  | { readonly kind: 'close' };

export interface ThreadResult {
  readonly rows: unknown[];
  /** For a statement without rows. */
  readonly changes?: number | bigint;
  readonly lastInsertRowid?: number | bigint;
}

/** The members that identify an error of `node:sqlite`. */
export interface ThreadFailure {
  readonly message: string;
  readonly code?: string | undefined;
  readonly errcode?: number | undefined;
}

export type ThreadAnswer =
  | { readonly id: number; readonly result: ThreadResult }
  | { readonly id: number; readonly failure: ThreadFailure };

/** The database that a thread opens. */
export interface ThreadSettings {
  /** A path, or `:memory:`. */
  readonly place: string;
  /** Whether the connection refuses writes. */
  readonly reads: boolean;
}
