import type { Transaction } from 'kysely';
import type { Connection } from '../connection.js';
import { DamagedTable } from '../damage.js';
import { StoreError } from '../problems.js';
import type { Schema } from '../schema.js';
import { MIGRATIONS, type Migration } from './migrations.js';

/**
 * Runs the migrations that the database has not had, in one transaction and under a lock: of several processes that start
 * at once, one migrates, and the others find it done. Throws BT_STORE_NEWER_SCHEMA when the database has had one that this
 * version does not know, a DamagedTable when one was run already that the list of them lacks.
 */
export async function migrate(connection: Connection, migrations: readonly Migration[] = MIGRATIONS): Promise<void> {
  await connection.database.transaction().execute(async (transaction) => {
    await connection.lock(transaction, 'migrations');
    await runMigrations(transaction, connection.place, migrations);
  });
}

/** The same, in a transaction that has the lock. */
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
  const rows = await transaction.selectFrom('migrations').select('name').orderBy('name').execute();
  const done = new Set(rows.map(({ name }) => name));
  const unknown = rows.find(({ name }) => !migrations.some((migration) => migration.name === name));
  if (unknown) throw new StoreError('BT_STORE_NEWER_SCHEMA', { place, migration: unknown.name });
  for (const { name, up } of migrations) {
    if (done.has(name)) continue;
    await up(transaction).catch((error: unknown) => {
      throw new DamagedTable('migrations', error);
    });
    await transaction.insertInto('migrations').values({ name }).execute();
  }
}
