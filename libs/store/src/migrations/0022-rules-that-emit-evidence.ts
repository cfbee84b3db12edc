import type { Migration } from './migration.js';

/** Rules that report complying traces as evidence. Older versions publish them without this setting. */
export const rulesThatEmitEvidence: Migration = {
  name: '0022-rules-that-emit-evidence',
  olderVersions: 'go on',
  up: async ({ schema }) => {
    await schema
      .alterTable('rules')
      .addColumn('emit_evidence', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  },
};
