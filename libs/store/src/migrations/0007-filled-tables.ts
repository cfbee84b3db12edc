import type { Migration } from './migrations.js';

/** Which tables have rows, so that one is missed that somebody empties. */
export const filledTables: Migration = {
  name: '0007-filled-tables',
  up: async ({ schema }) => {
    await schema
      .createTable('filled_tables')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('emptied', 'integer', (column) => column.notNull())
      .execute();
  },
};
