import type { Migration } from './migration.js';

/** The author of each version of a rule. */
export const ruleAuthors: Migration = {
  name: '0008-rule-authors',
  up: async ({ schema }) => {
    await schema.alterTable('rule_versions').addColumn('changed_by', 'text').execute();
  },
};
