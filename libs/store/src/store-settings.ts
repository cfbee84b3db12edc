import type { Configuration } from '#platform';
import type { StoreSettings } from './settings.js';

/** The store that a configuration asks for: PostgreSQL when it has a URL, else SQLite, in memory or below `storage.path`. */
export function storeSettings({ storage }: Pick<Configuration, 'storage'>): StoreSettings {
  if (storage.databaseUrl !== undefined) return { kind: 'postgres', url: storage.databaseUrl };
  return storage.type === 'disk' && storage.path !== undefined ? { kind: 'sqlite', path: storage.path } : { kind: 'sqlite' };
}

/** The same for a server: no query makes its event loop wait. */
export function serverStoreSettings(configuration: Pick<Configuration, 'storage'>): StoreSettings {
  const settings = storeSettings(configuration);
  return settings.kind === 'sqlite' ? { ...settings, threads: true } : settings;
}
