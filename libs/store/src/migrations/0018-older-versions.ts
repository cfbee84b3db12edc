import type { Migration } from './migrations.js';

/** Of each later migration: what versions make of it that don't know it, and whether one of them has opened the database since it was completed. */
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
