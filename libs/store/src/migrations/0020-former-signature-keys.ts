import type { Migration } from './migrations.js';

/** When a key was found to sign no more. A version that does not know it leaves that to the next start of one that does. */
export const formerSignatureKeys: Migration = {
  name: '0020-former-signature-keys',
  olderVersions: 'go on',
  up: async ({ schema }) => {
    await schema.alterTable('signature_keys').addColumn('until', 'bigint').execute();
  },
};
