import type { Migration } from './migration.js';

/** For each later migration: whether versions without it may write, and whether one has opened the database since `complete` last ran. */
export const olderVersions: Migration = {
  name: '0018-older-versions',
  up: async ({ schema }) => {
    await schema.alterTable('migrations').addColumn('older_versions', 'text').execute();
    await schema
      .alterTable('migrations')
      .addColumn('passed_over', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  },
};
