import type { Migration } from './migration.js';

/** Counts over time read only an index: a row with its record is a hundred times as large. */
export const violationCounts: Migration = {
  name: '0010-violation-counts',
  up: async ({ schema }) => {
    await schema
      .createIndex('violations_counted')
      .on('violations')
      .columns(['status', 'timestamp_ms', 'severity', 'service', 'rule_id'])
      .execute();
  },
};
