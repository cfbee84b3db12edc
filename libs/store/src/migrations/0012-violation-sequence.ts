import { newSequence } from '../violations/violation-sequence.js';
import type { Migration } from './migration.js';

/** Numbers violations in the order in which they are stored, so that a reader can resume. */
export const violationSequence: Migration = {
  name: '0012-violation-sequence',
  up: async (database) => {
    const { schema } = database;
    await schema.alterTable('violations').addColumn('sequence', 'bigint').execute();
    await schema.createIndex('violations_by_sequence').on('violations').column('sequence').execute();
    await schema
      .createTable('violation_sequence')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('last', 'bigint', (column) => column.notNull())
      .execute();
    await database.insertInto('violation_sequence').values(newSequence(0)).execute();
  },
};
