import type { Migration } from './migrations.js';

/** Which fragment of its trace a violation, and its export, come from: that of its first record. */
export const fragments: Migration = {
  name: '0002-fragments',
  up: async ({ schema }) => {
    await schema
      .alterTable('violations')
      .addColumn('first_offset', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();
    await schema
      .alterTable('exports')
      .addColumn('first_offset', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();
    await schema
      .alterTable('exports')
      .addColumn('status', 'text', (column) => column.notNull().defaultTo('open'))
      .execute();
  },
};
