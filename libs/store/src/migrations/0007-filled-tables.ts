import type { Migration } from './migration.js';

/** Names the tables that have rows, so that a table emptied from outside is noticed. */
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
