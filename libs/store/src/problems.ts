import { CatalogueError, type CatalogueProblem, type ProblemValues } from '#base';

/** The errors of the store. A code is never reused for another meaning. */
export const STORE_PROBLEMS = {
  BT_STORE_CONFLICT: {
    status: 409,
    retryable: false,
    sentence: 'Rule {id} has version {found}, not {expected}: someone else changed it. Read it again and repeat the change.',
  },
  BT_STORE_BAD_CURSOR: {
    status: 400,
    retryable: false,
    sentence: 'The cursor {cursor} is invalid: no page has it as its next cursor. Start again without a cursor.',
  },
  BT_STORE_UNAVAILABLE: {
    status: 503,
    retryable: true,
    sentence: 'The database {place} cannot be reached ({reason}). Try again.',
    detail: 'The database cannot be reached. Try again.',
  },
  BT_STORE_FULL: {
    status: 503,
    retryable: true,
    sentence: 'The disk of the database {place} is full. Free space there, or keep violations for a shorter time.',
    detail: 'The disk of the database is full.',
  },
  BT_STORE_READ_ONLY: {
    status: 503,
    retryable: true,
    sentence:
      'The database {place} accepts no writes now ({reason}). It is a replica, or was set read-only. Set DATABASE_URL to the primary server, or ' +
      'default_transaction_read_only to off. Violations wait in the log until then.',
    detail: 'The database accepts no writes now. Try again.',
  },
  BT_STORE_FILE_LOST: {
    status: 503,
    retryable: true,
    sentence:
      '{place} was {what} while BeTrace had it open, so nothing more is stored in it. Put the same file back. Or copy the open files under ' +
      '/proc/{pid}/fd while the process runs, stop it, and restore the whole directory from a backup.',
    detail: 'Another program deleted or changed a file of the database; the log of the server says which.',
  },
  BT_STORE_NOT_WRITABLE: {
    status: 500,
    retryable: false,
    sentence:
      'The database {place} cannot be opened or written ({reason}). Make it writable, or set another directory by BETRACE_STORAGE_PATH (storage.path).',
    detail: 'The database cannot be written; the log of the server says why.',
  },
  BT_STORE_CORRUPT: {
    status: 500,
    retryable: false,
    sentence: 'The database {place} is damaged or belongs to another program ({reason}). Move it away, and restore a backup.',
    detail: 'The database is damaged; the log of the server says more.',
  },
  BT_STORE_TABLE_EMPTIED: {
    status: 503,
    retryable: true,
    sentence:
      'Another program emptied table {table} of the database {place}. Stop BeTrace and restore the database from a backup. If this was intended, ' +
      "run DELETE FROM filled_tables WHERE name = '{table}', and start again.",
    detail: 'Another program emptied a table of the database; the log of the server says which.',
  },
  BT_STORE_NEWER_SCHEMA: {
    status: 500,
    retryable: false,
    sentence:
      'The database {place} was migrated by a newer version of BeTrace ({migration}). Run that version, or restore a backup from before into an empty database.',
  },
  BT_STORE_RESTORE_INTO_NEWER: {
    status: 500,
    retryable: false,
    sentence:
      'The database {place} was migrated by a newer version of BeTrace ({migration}), whose tables this version cannot remove. Restore into an empty database, or with that version.',
  },
  BT_STORE_OLDER_SCHEMA: {
    status: 500,
    retryable: false,
    sentence: 'The database {place} is at migration {migration}, from an older version of BeTrace. Make the backup with that version.',
  },
  BT_STORE_NOTHING_THERE: {
    status: 500,
    retryable: false,
    sentence:
      'There is no database ({place}) to back up or to restore. Name the directory by BETRACE_STORAGE_PATH (storage.path), or PostgreSQL by DATABASE_URL.',
  },
  BT_STORE_NOT_EMPTY: {
    status: 409,
    retryable: false,
    sentence:
      'The database {place} has rows in {table}; nothing was restored. Restore into an empty database, or use --replace to delete its contents.',
  },
  BT_STORE_BACKUP_DAMAGED: {
    status: 400,
    retryable: false,
    sentence: '{file}, line {line}: the backup cannot be used, {reason}. Nothing was restored. Take another backup.',
  },
  BT_STORE_BACKUP_NEWER: {
    status: 400,
    retryable: false,
    sentence: '{file} was made by a newer version of BeTrace ({migration}). Nothing was restored. Restore it with that version.',
  },
  BT_STORE_POSITION_BEHIND: {
    status: 503,
    retryable: true,
    sentence:
      'The database {place} has gone back: {reader} had stored partition {partition} up to offset {expected}, but the database says {position}. Was a backup restored while ' +
      'BeTrace was running? Missing records are read from the log again.',
    detail: 'The database was restored from a backup. Try again.',
  },
  BT_STORE_REFUSED: {
    status: 500,
    retryable: false,
    sentence: 'The database {place} refuses the content of a record: {reason}. A retry would fail too.',
    detail: 'The database refuses the content of the record; the log of the server says why.',
  },
  BT_STORE_FAILED: {
    status: 500,
    retryable: false,
    sentence: 'The database {place} refused a query: {reason}.',
    detail: 'The database refused a query; the log of the server says why.',
  },
} as const satisfies Record<string, StoreProblem>;

export interface StoreProblem extends CatalogueProblem {
  readonly status: number;
  /** Whether a retry may succeed. */
  readonly retryable: boolean;
  /** The text for clients, used where the sentence names the database and its address. */
  readonly detail?: string;
}

export type StoreProblemCode = keyof typeof STORE_PROBLEMS;

/** An error of the store, with its code. */
export class StoreError extends CatalogueError<typeof STORE_PROBLEMS> {
  override readonly name = 'StoreError';
  readonly retryable: boolean;
  /** The text for clients. */
  readonly detail: string | undefined;

  constructor(code: StoreProblemCode, values: ProblemValues, options?: ErrorOptions) {
    super(STORE_PROBLEMS, code, values, { ...options, codeFirst: true });
    const { retryable, detail }: StoreProblem = STORE_PROBLEMS[code];
    this.retryable = retryable;
    this.detail = detail;
  }
}
