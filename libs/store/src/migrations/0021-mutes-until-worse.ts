import type { Migration } from './migration.js';

/** Mutes that end when an hour has more violations than they allow. Older versions do not end them early. */
export const mutesUntilWorse: Migration = {
  name: '0021-mutes-until-worse',
  olderVersions: 'go on',
  up: async ({ schema }) => {
    await schema.alterTable('mutes').addColumn('worse_above', 'bigint').execute();
  },
};
