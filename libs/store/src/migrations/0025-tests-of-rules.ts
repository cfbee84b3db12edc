import type { Migration } from './migration.js';

/** Test cases stored with a rule. Older versions keep those of a rule that they do not change. */
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
