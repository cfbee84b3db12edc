import type { Migration } from './migration.js';

/** Rules that are evaluated without publishing violations. */
export const rulesInShadow: Migration = {
  name: '0014-rules-in-shadow',
  up: async ({ schema }) => {
    await schema
      .alterTable('rules')
      .addColumn('shadow', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  },
};
