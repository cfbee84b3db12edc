/** Requests of a thread's owner to its connection. Statements of one thread run in the order of the requests. */
export type ThreadRequest =
  | { readonly kind: 'query'; readonly id: number; readonly sql: string; readonly parameters: readonly unknown[] }
  /** Nothing, where SQLite has rolled back by itself. */
  | { readonly kind: 'rollback'; readonly id: number }
  | { readonly kind: 'close' };

export interface ThreadResult {
  readonly rows: unknown[];
  /** Of a statement without rows. */
  readonly changes?: number | bigint;
  readonly lastInsertRowid?: number | bigint;
}

/** The members of an error of `node:sqlite` that identify it. */
export interface ThreadFailure {
  readonly message: string;
  readonly code?: string | undefined;
  readonly errcode?: number | undefined;
}

export type ThreadAnswer =
  | { readonly id: number; readonly result: ThreadResult }
  | { readonly id: number; readonly failure: ThreadFailure };

/** What a thread opens. */
export interface ThreadSettings {
  /** A path, or `:memory:`. */
  readonly place: string;
  /** It refuses to write. */
  readonly reads: boolean;
}
