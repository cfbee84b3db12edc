import type { Migration } from './migration.js';

/** The fragment of its trace to which a violation and its export belong, by the offset of the fragment's first record. */
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
