import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.js';
import { searchedText } from '../tables/searched-text.js';
import { groupId } from '../violation-groups/group-id.js';
import type { Migration } from './migration.js';

/**
 * Groups by rule, service and fingerprint. `regroup` groups stored violations in batches, while the process runs. Older versions count violations in the
 * group of rule and service, so `complete` counts again.
 */
export const fingerprintsOfGroups: Migration = {
  name: '0024-fingerprints-of-groups',
  olderVersions: 'go on',
  up: async ({ schema }) => {
    await schema.alterTable('violations').addColumn('group_id', 'text').execute();
    for (const column of ['fingerprint', 'operation', 'error_kind']) {
      await schema
        .alterTable('violation_groups')
        .addColumn(column, 'text', (text) => text.notNull().defaultTo(''))
        .execute();
    }
    await schema
      .createIndex('violations_by_group_id')
      .on('violations')
      .columns(['group_id', 'status', 'timestamp_ms', 'id', 'severity'])
      .where(sql.ref('group_id'), 'is not', null)
      .execute();
    await schema
      .createIndex('violations_to_group')
      .on('violations')
      .columns(['timestamp_ms', 'id'])
      .where(sql.ref('group_id'), 'is', null)
      .execute();
  },
  complete: countAgain,
};

type Counts = Pick<Schema['violation_groups'], 'open' | 'undecided' | 'retracted'>;

interface Counted extends Counts {
  from: number | undefined;
  to: number | undefined;
}

interface CountedRow {
  readonly status: string;
  readonly count: number | string;
  readonly from: number;
  readonly to: number;
}

async function countAgain(database: Transaction<Schema>): Promise<void> {
  const groups = await database
    .selectFrom('violation_groups')
    .select(['id', 'open', 'undecided', 'retracted', 'pruned', 'first_seen', 'last_seen'])
    .execute();
  const groupIds = new Set(groups.map(({ id }) => id));
  const counted = new Map<string, Counted>();
  const rows = await database
    .selectFrom('violations')
    .select((e) => [
      'group_id',
      'status',
      e.fn.countAll<number | string>().as('count'),
      e.fn.min<number>('timestamp_ms').as('from'),
      e.fn.max<number>('timestamp_ms').as('to'),
    ])
    .where('group_id', 'is not', null)
    .groupBy(['group_id', 'status'])
    .execute();
  const lost = new Set<string>();
  for (const row of rows) {
    if (groupIds.has(row.group_id!)) add(counted, row.group_id!, row);
    else lost.add(row.group_id!);
  }
  // The older version deleted the group because it counted no violations in it: the violations are grouped again.
  for (const id of lost) await database.updateTable('violations').set({ group_id: null }).where('group_id', '=', id).execute();
  const others = await database
    .selectFrom('violations')
    .select((e) => [
      'rule_id',
      'service',
      'status',
      e.fn.countAll<number | string>().as('count'),
      e.fn.min<number>('timestamp_ms').as('from'),
      e.fn.max<number>('timestamp_ms').as('to'),
    ])
    .where('group_id', 'is', null)
    .groupBy(['rule_id', 'service', 'status'])
    .execute();
  for (const row of others) {
    const id = groupId(row.rule_id, row.service);
    add(counted, id, row);
    if (groupIds.has(id)) continue;
    groupIds.add(id);
    await insertEmpty(database, id, row);
  }
  for (const group of groups) {
    const { from, to, ...counts } = counted.get(group.id) ?? { open: 0, undecided: 0, retracted: 0, from: undefined, to: undefined };
    counted.delete(group.id);
    const { id, first_seen, last_seen } = group;
    // Keeps the first time of pruned violations.
    const first = from === undefined ? first_seen : group.pruned > 0 ? Math.min(first_seen, from) : from;
    await database
      .updateTable('violation_groups')
      .set({ ...counts, first_seen: first, last_seen: to ?? last_seen })
      .where('id', '=', id)
      .execute();
  }
  for (const [id, { from, to, ...counts }] of counted) {
    const seenTimes = from === undefined || to === undefined ? {} : { first_seen: from, last_seen: to };
    await database
      .updateTable('violation_groups')
      .set({ ...counts, ...seenTimes })
      .where('id', '=', id)
      .execute();
  }
}

function add(counted: Map<string, Counted>, id: string, { status, count, from, to }: CountedRow): void {
  const of = counted.get(id) ?? { open: 0, undecided: 0, retracted: 0, from: undefined, to: undefined };
  counted.set(id, of);
  of[status as keyof Counts] += Number(count);
  if (status === 'retracted') return;
  of.from = Math.min(Number(from), of.from ?? Number(from));
  of.to = Math.max(Number(to), of.to ?? Number(to));
}

async function insertEmpty(
  database: Transaction<Schema>,
  id: string,
  { rule_id, service, to }: Pick<Schema['violations'], 'rule_id' | 'service'> & CountedRow,
): Promise<void> {
  const { rule_name, severity } = await database
    .selectFrom('violations')
    .select(['rule_name', 'severity'])
    .where('rule_id', '=', rule_id)
    .where('service', '=', service)
    .where('timestamp_ms', '=', to)
    .limit(1)
    .executeTakeFirstOrThrow();
  const counts = { open: 0, undecided: 0, retracted: 0, pruned: 0 };
  const none = { returned_at: null, acknowledged_at: null, acknowledged_by: null, fingerprint: '', operation: '', error_kind: '' };
  const search_text = searchedText(rule_id, rule_name, service);
  await database
    .insertInto('violation_groups')
    .values({ id, rule_id, rule_name, severity, service, first_seen: to, last_seen: to, ...counts, ...none, search_text })
    .execute();
}
