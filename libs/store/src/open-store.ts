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

/** Opens the store and migrates it. Rejects a StoreError that names the database. */
export async function openStore(settings: StoreSettings): Promise<Store> {
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
