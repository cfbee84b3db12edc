import type { Migration } from './migrations.js';

/** Mutes that end when there are more violations within an hour. A version that does not know it ends none of them so. */
export const mutesUntilWorse: Migration = {
  name: '0021-mutes-until-worse',
  olderVersions: 'go on',
  up: async ({ schema }) => {
    await schema.alterTable('mutes').addColumn('worse_above', 'bigint').execute();
  },
};
