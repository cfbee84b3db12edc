import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.js';
import { searchedText } from '../tables/searched-text.js';
import { groupId } from '../violation-groups/group-id.js';
import type { Migration } from './migration.js';

/** Groups per statement: databases limit the parameters of a statement. */
const AT_ONCE = 500;
/** Columns that later migrations add. */
type Later = 'acknowledged_at' | 'acknowledged_by' | 'fingerprint' | 'operation' | 'error_kind';

/** Counts of violations by rule and service, maintained on each write; the index finds the violations of a group. */
export const violationGroups: Migration = {
  name: '0011-violation-groups',
  up: async (database) => {
    const { schema } = database;
    await schema.createIndex('violations_by_group').on('violations').columns(['rule_id', 'service', 'status', 'timestamp_ms']).execute();
    await schema
      .createTable('violation_groups')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('rule_id', 'text', (column) => column.notNull())
      .addColumn('rule_name', 'text', (column) => column.notNull())
      .addColumn('service', 'text', (column) => column.notNull())
      .addColumn('severity', 'text', (column) => column.notNull())
      .addColumn('first_seen', 'bigint', (column) => column.notNull())
      .addColumn('last_seen', 'bigint', (column) => column.notNull())
      .addColumn('returned_at', 'bigint')
      .addColumn('open', 'bigint', (column) => column.notNull())
      .addColumn('undecided', 'bigint', (column) => column.notNull())
      .addColumn('retracted', 'bigint', (column) => column.notNull())
      .addColumn('pruned', 'bigint', (column) => column.notNull())
      .addColumn('search_text', 'text', (column) => column.notNull())
      .execute();
    await schema.createIndex('violation_groups_by_time').on('violation_groups').columns(['last_seen', 'id']).execute();
    for (const filter of ['rule_id', 'service']) {
      await schema.createIndex(`violation_groups_by_${filter}`).on('violation_groups').columns([filter, 'last_seen', 'id']).execute();
    }
    await groupKept(database);
  },
};

/** Groups violations that were stored before groups existed. */
async function groupKept(database: Transaction<Schema>): Promise<void> {
  const groups = await database
    .selectFrom('violations')
    .select((e) => [
      'rule_id',
      'service',
      e.fn.min<number>(sql`case when status <> 'retracted' then timestamp_ms end`).as('standing_from'),
      e.fn.max<number>(sql`case when status <> 'retracted' then timestamp_ms end`).as('standing_to'),
      e.fn.min<number>('timestamp_ms').as('from'),
      e.fn.max<number>('timestamp_ms').as('to'),
      sql<number>`sum(case when status = 'open' then 1 else 0 end)`.as('open'),
      sql<number>`sum(case when status = 'undecided' then 1 else 0 end)`.as('undecided'),
      sql<number>`sum(case when status = 'retracted' then 1 else 0 end)`.as('retracted'),
    ])
    .groupBy(['rule_id', 'service'])
    .execute();
  for (let i = 0; i < groups.length; i += AT_ONCE) {
    const rows: Omit<Schema['violation_groups'], Later>[] = [];
    for (const { rule_id, service, standing_from, standing_to, from, to, ...counts } of groups.slice(i, i + AT_ONCE)) {
      const newest = await database
        .selectFrom('violations')
        .select(['rule_name', 'severity'])
        .where('rule_id', '=', rule_id)
        .where('service', '=', service)
        .where('timestamp_ms', '=', standing_to ?? to)
        .limit(1)
        .executeTakeFirstOrThrow();
      const seenTimes = { first_seen: standing_from ?? from, last_seen: standing_to ?? to, returned_at: null };
      const { open, undecided, retracted } = counts;
      const counted = { open: Number(open), undecided: Number(undecided), retracted: Number(retracted), pruned: 0 };
      const search_text = searchedText(rule_id, newest.rule_name, service);
      rows.push({ id: groupId(rule_id, service), rule_id, service, ...newest, ...seenTimes, ...counted, search_text });
    }
    await database
      .insertInto('violation_groups')
      .values(rows as Schema['violation_groups'][])
      .execute();
  }
}
