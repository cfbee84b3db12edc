import type { Migration } from './migration.js';

/** How a rule treats a value of an unexpected type. */
export const rulesOnError: Migration = {
  name: '0004-rules-on-error',
  up: async ({ schema }) => {
    await schema
      .alterTable('rules')
      .addColumn('on_error', 'text', (column) => column.notNull().defaultTo('no_match'))
      .execute();
  },
};
