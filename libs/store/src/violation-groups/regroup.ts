import type { Connection } from '../connection.js';
import type { Queries, Schema, ViolationsTable } from '../schema.js';
import type { Fingerprint } from './fingerprint.js';
import { changesOf } from './group-changes.js';
import { groupId } from './group-id.js';
import { changeGroups } from './keep-groups.js';
import { placed } from './place-violations.js';

/** See `Store.regroup`. */
export function regroup(connection: Connection, count: number, fingerprintOf: (record: string) => Fingerprint): Promise<number> {
  return connection.database.transaction().execute(async (transaction) => {
    await connection.lock(transaction, 'violations');
    const before = await transaction
      .selectFrom('violations')
      .selectAll()
      .where('group_id', 'is', null)
      .orderBy('timestamp_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(count)
      .execute();
    if (before.length === 0) return 0;
    const { rows, fingerprints } = await placed(transaction, new Map(), before, ({ json_record }) => fingerprintOf(json_record));
    for (const [id, ids] of idsByGroup(rows)) {
      await transaction.updateTable('violations').set({ group_id: id }).where('id', 'in', ids).execute();
    }
    const changes = changesOf(
      rows.map((after, i) => ({ before: before[i], after })),
      fingerprints,
    );
    // The newest are moved first: the remainder of a former group was seen no later than the oldest of these.
    const former = new Set(before.map(({ rule_id, service }) => groupId(rule_id, service)));
    await changeGroups(
      transaction,
      changes.map((change) => (former.has(change.row.id) ? { ...change, withdrawn: undefined } : change)),
    );
    const oldest = Math.min(...before.map(({ timestamp_ms }) => timestamp_ms));
    await transaction
      .updateTable('violation_groups')
      .set({ last_seen: oldest })
      .where('id', 'in', [...former])
      .where('last_seen', '>', oldest)
      .where((e) => e(e('open', '+', e.ref('undecided')), '>', 0))
      .execute();
    await inherit(transaction, former, rows);
    return rows.length;
  });
}

function idsByGroup(rows: readonly ViolationsTable[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { id, group_id } of rows) {
    const ids = groups.get(group_id!) ?? [];
    groups.set(group_id!, ids);
    ids.push(id);
  }
  return groups;
}

/** The new groups inherit the former group's pruned counts, acknowledgements and notes, so that an old or known problem does not look new. */
async function inherit(queries: Queries, former: ReadonlySet<string>, rows: readonly ViolationsTable[]): Promise<void> {
  const groups = await queries
    .selectFrom('violation_groups')
    .selectAll()
    .where('id', 'in', [...former])
    .execute();
  const marks = await queries
    .selectFrom('marks')
    .selectAll()
    .where('subject', 'in', [...former])
    .execute();
  for (const group of groups) {
    const heirs = [
      ...new Set(rows.filter(({ rule_id, service }) => groupId(rule_id, service) === group.id).map(({ group_id }) => group_id!)),
    ];
    if (heirs.length === 0) continue;
    if (group.pruned > 0) {
      const older = queries
        .updateTable('violation_groups')
        .set({ pruned: group.pruned, first_seen: group.first_seen })
        .where('id', 'in', heirs);
      await older.where('pruned', '=', 0).where('first_seen', '>', group.first_seen).execute();
    }
    await inheritMarks(
      queries,
      group,
      marks.filter(({ subject }) => subject === group.id),
      heirs,
    );
  }
}

async function inheritMarks(
  queries: Queries,
  { acknowledged_at, acknowledged_by }: Schema['violation_groups'],
  marks: readonly Schema['marks'][],
  heirs: readonly string[],
): Promise<void> {
  if (marks.length === 0) return;
  // Groups that a person has marked since are not overwritten.
  const marked = await queries.selectFrom('marks').select('subject').distinct().where('subject', 'in', heirs).execute();
  for (const heir of heirs) {
    if (marked.some(({ subject }) => subject === heir)) continue;
    await queries
      .insertInto('marks')
      .values(marks.map((mark) => ({ ...mark, subject: heir })))
      .execute();
    await queries.updateTable('violation_groups').set({ acknowledged_at, acknowledged_by }).where('id', '=', heir).execute();
  }
}
