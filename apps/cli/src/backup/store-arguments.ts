import { addressWithoutLogin } from '#base';
import { ConfigurationError, loadConfiguration } from '#platform';
import { type StoreSettings, storeSettings } from '#store';
import { UsageError } from '../problems.js';
import type { Terminal } from '../terminal.js';

/** The file, and the store of a server with the same flags, variables and betrace.yaml. Throws a UsageError. */
export function readStoreArguments(args: readonly string[], terminal: Terminal): { readonly file: string; readonly store: StoreSettings } {
  const [file, ...flags] = args;
  if (file === undefined || file.startsWith('-')) throw new UsageError('give the file first, then flags of the server');
  try {
    return { file, store: storeSettings(loadConfiguration({ args: flags, environment: terminal.environment }).configuration) };
  } catch (error) {
    if (error instanceof ConfigurationError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** The name of the database, without its password. */
export function placeOf(store: StoreSettings): string {
  if (store.kind === 'sqlite') return store.path ?? 'memory';
  return addressWithoutLogin(store.url) ?? 'PostgreSQL';
}
