import type { Migration } from './migration.js';

/** The keys that signed violations of this store: ids and public keys, never secrets. */
export const signatureKeys: Migration = {
  name: '0005-signature-keys',
  up: async ({ schema }) => {
    await schema
      .createTable('signature_keys')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('public_key', 'text')
      .addColumn('since', 'bigint', (column) => column.notNull())
      .execute();
  },
};
