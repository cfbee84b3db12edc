import type { Migration } from './migrations.js';

/** Of each epoch: the last one that is whole, how many rules that has, and how many changes came since. 0: as before, each fiftieth is whole. */
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
