import type { Migration } from './migrations.js';

/** What a rule makes of a value of another type than it can take. */
export const rulesOnError: Migration = {
  name: '0004-rules-on-error',
  up: async ({ schema }) => {
    await schema
      .alterTable('rules')
      .addColumn('on_error', 'text', (column) => column.notNull().defaultTo('no_match'))
      .execute();
  },
};
