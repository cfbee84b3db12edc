import type { Migration } from './migration.js';

/** The number of closed traces by hour, partition and rule set. */
export const closedTraces: Migration = {
  name: '0017-closed-traces',
  up: async ({ schema }) => {
    await schema
      .createTable('closed_traces')
      .addColumn('hour', 'bigint', (column) => column.notNull())
      .addColumn('partition', 'integer', (column) => column.notNull())
      .addColumn('epoch', 'bigint', (column) => column.notNull())
      .addColumn('json_parts', 'text', (column) => column.notNull())
      .addColumn('traces', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('closed_traces_key', ['hour', 'partition', 'epoch'])
      .execute();
  },
};
