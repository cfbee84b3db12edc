import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sql } from 'kysely';
import type { Connection } from '../connection.js';
import { MIGRATIONS } from '../migrations/migrations.js';
import { connectionOf } from '../open-store.js';
import { StoreError } from '../problems.js';
import type { Queries } from '../schema.js';
import type { StoreSettings } from '../settings.js';
import { BACKUP_TABLES, type BackupTable, hasTable, rowsOf } from './backup-tables.js';

export const BACKUP_FORMAT = 'betrace-backup';
/** Version of the file format; `schema` is the version of the rows. */
export const BACKUP_VERSION = 1;
const PAGE = 500;

/** First line of a backup. */
export interface BackupHeader {
  readonly format: typeof BACKUP_FORMAT;
  readonly version: number;
  /** The last migration of the database, which defines the columns of the rows. */
  readonly schema: string;
  /** Unix milliseconds. */
  readonly created_at: number;
}

/** The number of rows by table. */
export type BackupCounts = Readonly<Record<BackupTable, number>>;

/**
 * The lines of a backup: its header, each row as `[table, row]`, and a last line with their number and a SHA-256 of everything before. All rows are of one
 * snapshot, and writers do not wait for it. Rejects a StoreError; BT_STORE_NOTHING_THERE when there is no database.
 */
export async function* backupLines(settings: StoreSettings, now: number): AsyncGenerator<string, BackupCounts> {
  if (settings.kind === 'sqlite') {
    if (settings.path === undefined) throw new StoreError('BT_STORE_NOTHING_THERE', { place: 'in memory' });
    const place = join(resolve(settings.path), 'store.db');
    if (!existsSync(place)) throw new StoreError('BT_STORE_NOTHING_THERE', { place });
  }
  const connection = await connectionOf(settings);
  const lines = openLines(connection, settings.kind, now);
  try {
    return yield* lines;
  } catch (error) {
    throw connection.problem(error);
  } finally {
    await connection.database.destroy();
  }
}

async function* openLines(connection: Connection, kind: StoreSettings['kind'], now: number): AsyncGenerator<string, BackupCounts> {
  // A generator cannot run inside a transaction's callback, so the transaction is started and ended here.
  const reader = await connection.database.startTransaction().execute();
  try {
    // Does not block writers: see SNAPSHOTS.
    await SNAPSHOTS[kind](reader);
    const schema = await schemaOf(reader, connection.place);
    const hash = createHash('sha256');
    const counts: Partial<Record<BackupTable, number>> = {};
    const line = (value: unknown): string => {
      const text = `${JSON.stringify(value)}\n`;
      hash.update(text);
      return text;
    };
    yield line({ format: BACKUP_FORMAT, version: BACKUP_VERSION, schema, created_at: now } satisfies BackupHeader);
    for (const table of Object.keys(BACKUP_TABLES) as BackupTable[]) {
      let count = 0;
      for await (const row of rowsOf(reader, table, PAGE)) {
        yield line([table, row]);
        count += 1;
      }
      counts[table] = count;
    }
    yield `${JSON.stringify({ end: true, rows: counts, sha256: hash.digest('hex') })}\n`;
    return counts as BackupCounts;
  } finally {
    await reader.rollback().execute();
  }
}

/** The transaction is idle while the consumer takes no lines, such as a slow pipe. It holds no lock that others wait for. */
const IDLE = '1h';

/** Makes a transaction that has begun a snapshot of all tables, by the kind of database. */
const SNAPSHOTS: Readonly<Record<StoreSettings['kind'], (queries: Queries) => Promise<void>>> = {
  /** Every transaction is a snapshot; this one takes no write lock. */
  sqlite: async (queries) => {
    await sql`rollback`.execute(queries);
    await sql`begin`.execute(queries);
  },
  /** All statements see the snapshot of the first. */
  postgres: async (queries) => {
    await sql`set transaction isolation level repeatable read, read only`.execute(queries);
    await sql`set local idle_in_transaction_session_timeout = ${sql.lit(IDLE)}`.execute(queries);
  },
};

/** The database's last migration. Throws if it is not this version's last one, because the tables then differ. */
async function schemaOf(queries: Queries, place: string): Promise<string> {
  if (!(await hasTable(queries, 'migrations'))) throw new StoreError('BT_STORE_NOTHING_THERE', { place });
  const found = (await queries.selectFrom('migrations').select('name').orderBy('name', 'desc').limit(1).executeTakeFirst())?.name ?? 'none';
  const newestMigration = MIGRATIONS.at(-1)?.name ?? '';
  if (found > newestMigration) throw new StoreError('BT_STORE_NEWER_SCHEMA', { place, migration: found });
  if (found < newestMigration) throw new StoreError('BT_STORE_OLDER_SCHEMA', { place, migration: found });
  return found;
}
