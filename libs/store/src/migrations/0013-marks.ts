import type { Migration } from './migration.js';

/** Acknowledgements, notes and mutes of violations and groups. They are not part of the signed record. */
export const marks: Migration = {
  name: '0013-marks',
  up: async ({ schema }) => {
    await schema.alterTable('violation_groups').addColumn('acknowledged_at', 'bigint').execute();
    await schema.alterTable('violation_groups').addColumn('acknowledged_by', 'text').execute();
    await schema
      .createTable('marks')
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('marked_at', 'bigint', (column) => column.notNull())
      .addColumn('marked_by', 'text', (column) => column.notNull())
      .addColumn('note', 'text')
      .addPrimaryKeyConstraint('marks_key', ['subject', 'number'])
      .execute();
    await schema
      .createTable('mutes')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('rule_id', 'text', (column) => column.notNull())
      .addColumn('service', 'text')
      .addColumn('until', 'bigint')
      .addColumn('note', 'text')
      .addColumn('muted_at', 'bigint', (column) => column.notNull())
      .addColumn('muted_by', 'text', (column) => column.notNull())
      .addColumn('ended_at', 'bigint')
      .addColumn('ended_by', 'text')
      .execute();
    await schema.createIndex('mutes_by_rule').on('mutes').columns(['rule_id', 'muted_at', 'id']).execute();
    await schema.createIndex('mutes_by_time').on('mutes').columns(['muted_at', 'id']).execute();
  },
};
