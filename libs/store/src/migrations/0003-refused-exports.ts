import type { Migration } from './migration.js';

/** Why a violation was not exported: the receiver refused it permanently. */
export const refusedExports: Migration = {
  name: '0003-refused-exports',
  up: async ({ schema }) => {
    await schema.alterTable('exports').addColumn('refused', 'text').execute();
  },
};
