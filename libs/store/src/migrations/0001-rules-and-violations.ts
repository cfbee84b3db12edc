import { sql } from 'kysely';
import type { Migration } from './migration.js';

/** Rules with their versions and epochs; violations with one index per filter of the API, each in page order. */
export const rulesAndViolations: Migration = {
  name: '0001-rules-and-violations',
  up: async (database) => {
    const { schema } = database;
    await schema
      .createTable('rules')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('description', 'text', (column) => column.notNull())
      .addColumn('expression', 'text', (column) => column.notNull())
      .addColumn('severity', 'text', (column) => column.notNull())
      .addColumn('json_tags', 'text', (column) => column.notNull())
      .addColumn('enabled', 'integer', (column) => column.notNull())
      .addColumn('message', 'text')
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute();
    await schema
      .createTable('rule_versions')
      .addColumn('rule_id', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('changed_at', 'bigint', (column) => column.notNull())
      .addColumn('json_rule', 'text')
      .addPrimaryKeyConstraint('rule_versions_key', ['rule_id', 'version'])
      .execute();
    await schema
      .createTable('epochs')
      .addColumn('epoch', 'integer', (column) => column.primaryKey())
      .addColumn('json_record', 'text', (column) => column.notNull())
      .addColumn('published', 'integer', (column) => column.notNull())
      .execute();
    await schema.createIndex('epochs_unpublished').on('epochs').column('epoch').where(sql.ref('published'), '=', 0).execute();
    await schema
      .createTable('violations')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('revision', 'integer', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('rule_id', 'text', (column) => column.notNull())
      .addColumn('rule_name', 'text', (column) => column.notNull())
      .addColumn('severity', 'text', (column) => column.notNull())
      .addColumn('trace_id', 'text', (column) => column.notNull())
      .addColumn('wire_trace_id', 'text', (column) => column.notNull())
      .addColumn('span_id', 'text', (column) => column.notNull())
      .addColumn('service', 'text', (column) => column.notNull())
      .addColumn('timestamp_ms', 'bigint', (column) => column.notNull())
      .addColumn('json_record', 'text', (column) => column.notNull())
      .execute();
    const inOrder = ['timestamp_ms', 'id'];
    await schema.createIndex('violations_by_time').on('violations').columns(inOrder).execute();
    for (const filter of ['rule_id', 'severity', 'service', 'status', 'trace_id', 'wire_trace_id', 'span_id']) {
      await schema
        .createIndex(`violations_by_${filter}`)
        .on('violations')
        .columns([filter, ...inOrder])
        .execute();
    }
    await schema
      .createTable('positions')
      .addColumn('reader', 'text', (column) => column.notNull())
      .addColumn('partition', 'integer', (column) => column.notNull())
      .addColumn('position', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('positions_key', ['reader', 'partition'])
      .execute();
    await schema
      .createTable('exports')
      .addColumn('violation_id', 'text', (column) => column.primaryKey())
      .addColumn('revision', 'integer', (column) => column.notNull())
      .execute();
  },
};
