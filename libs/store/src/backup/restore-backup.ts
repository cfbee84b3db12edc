import { type Insertable, sql } from 'kysely';
import type { Connection } from '../connection.js';
import { newerMigrations, runMigrations } from '../migrations/migrate.js';
import { MIGRATIONS } from '../migrations/migrations.js';
import { connectionOf, patient } from '../open-store.js';
import { StoreError } from '../problems.js';
import type { Queries, Schema } from '../schema.js';
import type { StoreSettings } from '../settings.js';
import { FILLED, noteFilled } from '../tables/filled-tables.js';
import { newSequence } from '../violations/violation-sequence.js';
import { BACKUP_TABLES, type BackupRow, type BackupTable, hasTable } from './backup-tables.js';
import { BackupReader } from './read-backup.js';
import type { BackupCounts } from './write-backup.js';

const ROWS_AT_ONCE = 200;

/** The lines of a backup, without line ends. Each call reads from the beginning. */
export type BackupLines = () => AsyncIterable<string>;

export interface RestoreOptions {
  /** The name of the backup in messages. */
  readonly file: string;
  /** Whether the existing contents of the database are deleted. */
  readonly replace: boolean;
}

/**
 * Restores a backup into a database without rules and violations, or replaces its contents. The whole backup is verified before the first change, and all
 * changes are one transaction. A backup of an older version is restored as it was, then migrated. Rejects a StoreError.
 */
export async function restoreBackup(settings: StoreSettings, lines: BackupLines, { file, replace }: RestoreOptions): Promise<BackupCounts> {
  if (settings.kind === 'sqlite' && settings.path === undefined) throw new StoreError('BT_STORE_NOTHING_THERE', { place: 'in memory' });
  await inserted(lines, new BackupReader(file), async () => undefined);
  const connection = await connectionOf(patient(settings));
  try {
    return await connection.database.transaction().execute(async (transaction) => {
      await connection.lock(transaction, 'migrations');
      await refuseNewer(transaction, connection);
      if (!replace) await refuseRows(transaction, connection);
      await dropAll(transaction);
      const reader = new BackupReader(file);
      return await inserted(
        lines,
        reader,
        async (table, rows) => {
          const row = table === 'violation_sequence' ? rows.map(sequenceOf) : rows;
          await transaction
            .insertInto(table as 'rules')
            .values(row as unknown as Insertable<Schema['rules']>[])
            .execute();
        },
        async () => {
          const schema = reader.header?.schema ?? '';
          const at = MIGRATIONS.findIndex(({ name }) => name === schema);
          if (at < 0) throw new StoreError('BT_STORE_BACKUP_NEWER', { file, migration: schema });
          await runMigrations(transaction, connection.place, MIGRATIONS.slice(0, at + 1));
          // A migration may have inserted the row.
          if (await hasTable(transaction, 'violation_sequence')) await transaction.deleteFrom('violation_sequence').execute();
        },
      ).then(async (counts) => {
        await runMigrations(transaction, connection.place);
        await noteFilled(transaction, ...(Object.keys(counts) as BackupTable[]).filter((table) => counts[table] > 0));
        return counts;
      });
    });
  } catch (error) {
    throw connection.problem(error);
  } finally {
    await connection.database.destroy();
  }
}

async function inserted(
  lines: BackupLines,
  reader: BackupReader,
  insert: (table: BackupTable, rows: readonly BackupRow[]) => Promise<void>,
  begin: () => Promise<void> = async () => undefined,
): Promise<BackupCounts> {
  const counts = Object.fromEntries(Object.keys(BACKUP_TABLES).map((table) => [table, 0])) as Record<BackupTable, number>;
  let waiting: BackupRow[] = [];
  let currentTable: BackupTable | undefined;
  const flush = async () => {
    if (currentTable !== undefined && waiting.length > 0) await insert(currentTable, waiting);
    waiting = [];
  };
  let begun = false;
  for await (const text of lines()) {
    const entry = reader.line(text);
    if (!begun) {
      begun = true;
      await begin();
    }
    if (entry === undefined) continue;
    if (entry.table !== currentTable || waiting.length === ROWS_AT_ONCE) await flush();
    currentTable = entry.table;
    waiting.push(entry.row);
    counts[entry.table] += 1;
  }
  await flush();
  reader.end();
  return counts;
}

/** A new origin tells readers that follow violations by number that the numbers changed: violations after the backup are gone. */
const sequenceOf = ({ last }: BackupRow): BackupRow => ({ ...newSequence(Number(last)) });

async function refuseRows(queries: Queries, { place }: Connection): Promise<void> {
  for (const table of ['rules', 'rule_versions', 'violations'] as const) {
    if (!(await hasTable(queries, table))) continue;
    const row = await queries.selectFrom(table).select(sql.lit(1).as('one')).limit(1).executeTakeFirst();
    if (row !== undefined) throw new StoreError('BT_STORE_NOT_EMPTY', { place, table });
  }
}

/** Tables of a newer version are unknown here. They would stay, and its next migration could not create them. */
async function refuseNewer(queries: Queries, { place }: Connection): Promise<void> {
  if (!(await hasTable(queries, 'migrations'))) return;
  const [migration] = await newerMigrations(queries);
  if (migration !== undefined) throw new StoreError('BT_STORE_RESTORE_INTO_NEWER', { place, migration });
}

async function dropAll(queries: Queries): Promise<void> {
  for (const table of [...FILLED, 'filled_tables', 'migrations']) await queries.schema.dropTable(table).ifExists().execute();
}
