import type { Migration } from './migrations.js';

/** Rules whose complying traces are told as evidence. A version that does not know it publishes them without that. */
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
