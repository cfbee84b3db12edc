import type { Migration } from './migrations.js';

/** Counts over time read an index alone: a row with its record is a hundred times as large as what is counted. */
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
