import type { Transaction } from 'kysely';
import type { Schema } from '../schema.js';

/** One step of the schema: numbered, never edited after a release, never undone. */
export interface Migration {
  readonly name: string;
  /**
   * `go on`: versions without the migration may read and write the database. Defaults or `complete` fill in what they do not write (docs/decisions/0054).
   * Without it they refuse the database.
   */
  readonly olderVersions?: 'go on';
  /** Completes what an older version wrote; runs at the next start of a version with this migration. */
  readonly complete?: (database: Transaction<Schema>) => Promise<void>;
  readonly up: (database: Transaction<Schema>) => Promise<void>;
}
