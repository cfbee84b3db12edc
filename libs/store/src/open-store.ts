import type { Connection } from './connection.js';
import type { StoreSettings } from './settings.js';
import { SqlStore } from './sql-store.js';
import { openSqlite } from './sqlite/connection.js';
import type { Store } from './store.js';

/** The connection for each kind of settings. PostgreSQL's client is loaded only when needed. */
const connections: { readonly [K in StoreSettings['kind']]: (settings: Extract<StoreSettings, { kind: K }>) => Promise<Connection> } = {
  sqlite: async (settings) => openSqlite(settings),
  postgres: async (settings) => (await import('./postgres/connection.js')).openPostgres(settings),
};

/** Connects without changing the schema; creates a missing SQLite database. */
export function connectionOf(settings: StoreSettings): Promise<Connection> {
  return settings.kind === 'sqlite' ? connections.sqlite(settings) : connections.postgres(settings);
}

const PATIENCE_MS = 3_600_000;

/** Settings for statements that read or write whole tables: an index over all violations takes longer than a query may. */
export function patient(settings: StoreSettings): StoreSettings {
  return settings.kind === 'sqlite' ? settings : { ...settings, statementMs: PATIENCE_MS, answerMs: PATIENCE_MS + 10_000 };
}

/** Opens the store and migrates it. Rejects a StoreError that names the database. */
export async function openStore(settings: StoreSettings): Promise<Store> {
  // The database outlives a connection, except SQLite in memory.
  if (settings.kind === 'postgres') await (await migrated(patient(settings))).close();
  return migrated(settings);
}

async function migrated(settings: StoreSettings): Promise<Store> {
  const connection = await connectionOf(settings);
  const store = new SqlStore(connection);
  try {
    await store.migrate();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}
