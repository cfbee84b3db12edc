import type { Configuration } from '#platform';
import type { StoreSettings } from './settings.js';

/** The store's settings from the configuration: PostgreSQL if it has a URL, else SQLite, in memory or below `storage.path`. */
export function storeSettings({ storage }: Pick<Configuration, 'storage'>): StoreSettings {
  if (storage.databaseUrl !== undefined) return { kind: 'postgres', url: storage.databaseUrl };
  return storage.type === 'disk' && storage.path !== undefined ? { kind: 'sqlite', path: storage.path } : { kind: 'sqlite' };
}

/** Like `storeSettings`, for a server: queries do not block its event loop. */
export function serverStoreSettings(configuration: Pick<Configuration, 'storage'>): StoreSettings {
  const settings = storeSettings(configuration);
  return settings.kind === 'sqlite' ? { ...settings, threads: true } : settings;
}
