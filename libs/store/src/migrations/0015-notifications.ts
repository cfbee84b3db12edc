import type { Migration } from './migration.js';

/** The last revision of a violation sent to each receiver of notifications. */
export const notifications: Migration = {
  name: '0015-notifications',
  up: async ({ schema }) => {
    await schema
      .createTable('notifications')
      .addColumn('reader', 'text', (column) => column.notNull())
      .addColumn('violation_id', 'text', (column) => column.notNull())
      .addColumn('revision', 'integer', (column) => column.notNull())
      .addColumn('first_offset', 'bigint', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('notifications_key', ['violation_id', 'reader'])
      .execute();
  },
};
