import type { Migration } from './migration.js';

/** When a start found that a key no longer signs. Older versions do not write it; the next start of a newer one does. */
export const formerSignatureKeys: Migration = {
  name: '0020-former-signature-keys',
  olderVersions: 'go on',
  up: async ({ schema }) => {
    await schema.alterTable('signature_keys').addColumn('until', 'bigint').execute();
  },
};
