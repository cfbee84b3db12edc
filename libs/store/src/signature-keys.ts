import type { Connection } from './connection.js';
import type { Queries } from './schema.js';
import { noteFilled } from './tables/filled-tables.js';

/**
 * Where a key came from. `development`: it is "changeme"; `configured`: from the settings; `kept`: made by BeTrace, and kept in its storage;
 * `public`: an Ed25519 key, by its public half.
 */
export type KeyOrigin = 'development' | 'configured' | 'kept' | 'public';

/** A key that signs violations of this store, or did. Never the secret. */
export interface KnownKey {
  readonly id: string;
  readonly origin: KeyOrigin;
  /** PEM, of a key of origin `public`. */
  readonly publicKey?: string;
  /** Unix ms. */
  readonly since: number;
  /** Unix ms of the start that found another key in its place; undefined: it signs. */
  readonly until?: number;
}

/** See `Store.signatureKeys`. */
export async function knownKeys(queries: Queries): Promise<readonly KnownKey[]> {
  const rows = await queries.selectFrom('signature_keys').selectAll().orderBy('since').orderBy('id').execute();
  return rows.map(({ id, origin, public_key, since, until }) => ({
    id,
    origin: origin as KeyOrigin,
    since,
    ...(public_key === null ? {} : { publicKey: public_key }),
    ...(until === null ? {} : { until }),
  }));
}

/** See `Store.addSignatureKey`. */
export async function addKey(connection: Connection, { id, origin, publicKey, since }: Omit<KnownKey, 'until'>): Promise<void> {
  await connection.database.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('signature_keys')
      .values({ id, origin, public_key: publicKey ?? null, since })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    await noteFilled(transaction, 'signature_keys');
  });
}

/** See `Store.signatureKeysInUse`. */
export async function keysInUse(connection: Connection, ids: readonly string[], now: number): Promise<void> {
  await connection.database.transaction().execute(async (transaction) => {
    const keys = transaction.updateTable('signature_keys');
    await keys.set({ until: null }).where('id', 'in', ids).where('until', 'is not', null).execute();
    await keys.set({ until: now }).where('id', 'not in', ids).where('until', 'is', null).execute();
  });
}
