import type { Selectable, Transaction } from 'kysely';
import type { Connection } from '../connection.js';
import { StoreError } from '../problems.js';
import type { Queries, Schema } from '../schema.js';
import { DamagedTable } from '../tables/damaged-table.js';
import type { Migration } from './migration.js';
import { MIGRATIONS } from './migrations.js';

/**
 * Runs the missing migrations in one transaction, under a lock: of several processes that start at once, one migrates. Throws BT_STORE_NEWER_SCHEMA when the
 * database has an unknown migration that does not allow older versions. Throws a DamagedTable when the list of migrations lacks one that was run.
 */
export async function migrate(connection: Connection, migrations: readonly Migration[] = MIGRATIONS): Promise<void> {
  await connection.database.transaction().execute(async (transaction) => {
    await connection.lock(transaction, 'migrations');
    await runMigrations(transaction, connection.place, migrations);
  });
}

/** Like `migrate`, in a transaction that holds the lock. */
export async function runMigrations(
  transaction: Transaction<Schema>,
  place: string,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await transaction.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey())
    .execute();
  // All columns: before 0018 there is only one.
  const rows: readonly DoneMigration[] = await transaction.selectFrom('migrations').selectAll().orderBy('name').execute();
  const unknown = rows.filter(({ name }) => !migrations.some((migration) => migration.name === name));
  const refusing = unknown.find(({ older_versions }) => older_versions !== 'go on');
  if (refusing) throw new StoreError('BT_STORE_NEWER_SCHEMA', { place, migration: refusing.name });
  const done = new Map(rows.map((row) => [row.name, row]));
  for (const migration of migrations) {
    const row = done.get(migration.name);
    if (row === undefined) await run(transaction, migration);
    else if (row.passed_over === 1) await complete(transaction, migration);
  }
  if (unknown.length > 0) await passOver(transaction, unknown);
}

/** A row of `migrations`; 0018 added the last two columns. */
type DoneMigration = Pick<Schema['migrations'], 'name'> & Partial<Selectable<Schema['migrations']>>;

async function run(transaction: Transaction<Schema>, { name, up, olderVersions }: Migration): Promise<void> {
  await up(transaction).catch((error: unknown) => {
    throw new DamagedTable('migrations', error);
  });
  const row = olderVersions === undefined ? { name } : { name, older_versions: olderVersions };
  await transaction.insertInto('migrations').values(row).execute();
}

async function complete(transaction: Transaction<Schema>, migration: Migration): Promise<void> {
  await migration.complete?.(transaction);
  await transaction.updateTable('migrations').set({ passed_over: 0 }).where('name', '=', migration.name).execute();
}

/** Records that this version writes without these migrations. */
async function passOver(transaction: Transaction<Schema>, unknown: readonly DoneMigration[]): Promise<void> {
  const names = unknown.map(({ name }) => name);
  await transaction.updateTable('migrations').set({ passed_over: 1 }).where('name', 'in', names).execute();
}

/** The migrations of newer versions that this version tolerates. */
export async function newerMigrations(queries: Queries, migrations: readonly Migration[] = MIGRATIONS): Promise<readonly string[]> {
  const rows = await queries.selectFrom('migrations').select('name').orderBy('name').execute();
  return rows.map(({ name }) => name).filter((name) => !migrations.some((migration) => migration.name === name));
}
