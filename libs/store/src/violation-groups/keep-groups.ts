import { type Expression, type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Connection } from '../connection.js';
import type { Revision } from '../revision.js';
import type { Queries, Schema, ViolationGroupsTable, ViolationsTable } from '../schema.js';
import { noteDeleted } from '../tables/filled-tables.js';
import { type GroupChange, groupOfRow } from './group-changes.js';
import { groupId } from './group-id.js';
import { QUIET } from './violation-group.js';

/** Adds the changes of a batch, in the transaction that wrote its violations, under the lock of violations. The caller notes the table as filled. */
export async function changeGroups(queries: Queries, changes: readonly GroupChange[]): Promise<void> {
  const seen = changes.filter((change) => change.seen);
  const others = changes.filter((change) => !change.seen);
  if (seen.length > 0) await addSeen(queries, seen);
  if (others.length > 0) await addCounts(queries, others);
  for (const { row, withdrawn } of changes) if (withdrawn !== undefined) await readTimesAgain(queries, row, withdrawn);
}

const storedColumn = (column: string): RawBuilder<number> => sql.ref(`violation_groups.${column}`);
const added = (column: string): RawBuilder<number> => sql.ref(`excluded.${column}`);

const counts = {
  open: sql<number>`${storedColumn('open')} + ${added('open')}`,
  undecided: sql<number>`${storedColumn('undecided')} + ${added('undecided')}`,
  retracted: sql<number>`${storedColumn('retracted')} + ${added('retracted')}`,
};

/** No violation of the stored group stands or stood when pruned: all were retracted. */
const unseen = sql<boolean>`${storedColumn('open')} + ${storedColumn('undecided')} + ${storedColumn('pruned')} = 0`;

async function addSeen(queries: Queries, changes: readonly GroupChange[]): Promise<void> {
  const newer = <T>(column: string) =>
    sql<T>`case when ${unseen} or ${added('last_seen')} >= ${storedColumn('last_seen')} then ${added(column)} else ${storedColumn(column)} end`;
  const cameBack = sql<number | null>`case when ${added('returned_at')} is not null then ${added('returned_at')} when ${unseen} then null
    when ${added('first_seen')} - ${storedColumn('last_seen')} >= ${sql.lit(QUIET)} then ${added('first_seen')}
    when ${storedColumn('returned_at')} is null and ${storedColumn('first_seen')} - ${added('last_seen')} >= ${sql.lit(QUIET)} then ${storedColumn('first_seen')}
    else ${storedColumn('returned_at')} end`;
  await queries
    .insertInto('violation_groups')
    .values(changes.map(({ row }) => row))
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({
        ...counts,
        rule_name: newer<string>('rule_name'),
        severity: newer<string>('severity'),
        search_text: newer<string>('search_text'),
        first_seen: sql<number>`case when ${unseen} or ${added('first_seen')} < ${storedColumn('first_seen')} then ${added('first_seen')}
          else ${storedColumn('first_seen')} end`,
        last_seen: newer<number>('last_seen'),
        returned_at: cameBack,
      }),
    )
    .execute();
}

async function addCounts(queries: Queries, changes: readonly GroupChange[]): Promise<void> {
  await queries
    .insertInto('violation_groups')
    .values(changes.map(({ row }) => row))
    .onConflict((conflict) => conflict.column('id').doUpdateSet(counts))
    .execute();
}

/**
 * Reads the first and the last time of a group again after violations were retracted. The first time of pruned violations stays. If nothing else stands, it is
 * the last time too.
 */
async function readTimesAgain(queries: Queries, { id, rule_id, service }: GroupChange['row'], withdrawn: number): Promise<void> {
  const times = await queries
    .selectFrom('violations')
    .select((e) => [e.fn.min<number | null>('timestamp_ms').as('from'), e.fn.max<number | null>('timestamp_ms').as('to')])
    .where(ofGroup({ id, rule_id, service }))
    .where('status', 'in', ['open', 'undecided'])
    .executeTakeFirstOrThrow();
  const { from, to } = times;
  if (from === null || to === null) {
    const onlyPruned = queries.updateTable('violation_groups').set((e) => ({ last_seen: e.ref('first_seen') }));
    await onlyPruned.where('id', '=', id).where('pruned', '>', 0).execute();
    return;
  }
  await queries
    .updateTable('violation_groups')
    .set({ last_seen: to, first_seen: sql<number>`case when first_seen = ${withdrawn} and pruned = 0 then ${from} else first_seen end` })
    .where('id', '=', id)
    .execute();
}

/** Selects the violations of a group; for a group without a fingerprint those that have none yet. */
export function ofGroup({ id, rule_id, service }: Pick<ViolationGroupsTable, 'id' | 'rule_id' | 'service'>) {
  return (e: ExpressionBuilder<Schema, 'violations'>): Expression<SqlBool> =>
    id === groupId(rule_id, service)
      ? e.and([e('rule_id', '=', rule_id), e('service', '=', service), e('group_id', 'is', null)])
      : e('group_id', '=', id);
}

/** Subtracts violations from their groups, in the transaction that deletes them. */
export async function pruneGroups(
  queries: Queries,
  pruned: readonly Pick<ViolationsTable, 'rule_id' | 'service' | 'status' | 'group_id'>[],
): Promise<void> {
  const fewer = new Map<string, Record<Revision['status'], number>>();
  for (const row of pruned) {
    const { status } = row;
    const id = groupOfRow(row);
    const counts = fewer.get(id) ?? { open: 0, undecided: 0, retracted: 0 };
    counts[status as Revision['status']]++;
    fewer.set(id, counts);
  }
  for (const [id, { open, undecided, retracted }] of fewer) {
    await queries
      .updateTable('violation_groups')
      .set((e) => ({
        open: e('open', '-', open),
        undecided: e('undecided', '-', undecided),
        retracted: e('retracted', '-', retracted),
        pruned: e('pruned', '+', open + undecided),
      }))
      .where('id', '=', id)
      .execute();
  }
}

/** Deletes groups without violations that were last seen before `before` (Unix ms). */
export function pruneEmptyGroups(connection: Connection, before: number): Promise<void> {
  return connection.database.transaction().execute(async (transaction) => {
    await connection.lock(transaction, 'violations');
    const empty = (e: ExpressionBuilder<Schema, 'violation_groups'>) =>
      e.and([e('last_seen', '<', before), e('open', '=', 0), e('undecided', '=', 0), e('retracted', '=', 0)]);
    await transaction
      .deleteFrom('marks')
      .where('subject', 'in', (e) => e.selectFrom('violation_groups').select('id').where(empty))
      .execute();
    await transaction.deleteFrom('violation_groups').where(empty).execute();
    for (const table of ['marks', 'violation_groups'] as const) await noteDeleted(transaction, table);
  });
}
