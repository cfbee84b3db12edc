import type { Migration } from './migration.js';

/**
 * For each epoch: the last epoch whose record is a whole rule set, its number of rules, and the changes since. 0: every fiftieth record is whole, as in earlier
 * versions.
 */
export const snapshotsBySize: Migration = {
  name: '0006-snapshots-by-size',
  up: async ({ schema }) => {
    for (const column of ['base', 'base_rules', 'changes_since']) {
      await schema
        .alterTable('epochs')
        .addColumn(column, 'bigint', (definition) => definition.notNull().defaultTo(0))
        .execute();
    }
  },
};
