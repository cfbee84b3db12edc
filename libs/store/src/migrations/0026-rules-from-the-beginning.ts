import type { Migration } from './migration.js';

/** Whether an epoch in the outbox goes into an empty log. Older versions leave it as it is, and `republish` sets it again. */
export const rulesFromTheBeginning: Migration = {
  name: '0026-rules-from-the-beginning',
  olderVersions: 'go on',
  up: async ({ schema }) => {
    await schema
      .alterTable('epochs')
      .addColumn('from_beginning', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();
  },
};
