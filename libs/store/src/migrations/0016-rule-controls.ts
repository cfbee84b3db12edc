import type { Migration } from './migration.js';

/** Controls of compliance frameworks that a rule names. */
export const ruleControls: Migration = {
  name: '0016-rule-controls',
  up: async ({ schema }) => {
    await schema
      .alterTable('rules')
      .addColumn('json_controls', 'text', (column) => column.notNull().defaultTo('[]'))
      .execute();
  },
};
