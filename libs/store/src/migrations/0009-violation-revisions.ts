import type { Migration } from './migration.js';

/** The revisions of violations that have more than one, and the text that searches read. */
export const violationRevisions: Migration = {
  name: '0009-violation-revisions',
  up: async ({ schema }) => {
    await schema
      .createTable('violation_revisions')
      .addColumn('violation_id', 'text', (column) => column.notNull())
      .addColumn('first_offset', 'bigint', (column) => column.notNull())
      .addColumn('revision', 'integer', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('json_record', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('violation_revisions_key', ['violation_id', 'first_offset', 'revision'])
      .execute();
    await schema.alterTable('violations').addColumn('search_text', 'text').execute();
  },
};
