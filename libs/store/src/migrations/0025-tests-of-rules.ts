import type { Migration } from './migrations.js';

/** Test cases that are kept with a rule. A version that does not know them keeps those of a rule that it does not change. */
export const testsOfRules: Migration = {
  name: '0025-tests-of-rules',
  olderVersions: 'go on',
  up: async ({ schema }) => {
    await schema
      .alterTable('rules')
      .addColumn('json_tests', 'text', (column) => column.notNull().defaultTo('[]'))
      .execute();
  },
};
