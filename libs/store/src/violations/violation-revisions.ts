import type { Revision } from '../revision.js';
import type { Queries, ViolationRevisionsTable, ViolationsTable } from '../schema.js';
import { noteFilled } from '../tables/filled-tables.js';
import { checkedColumn } from '../tables/json-column.js';
import type { StoredRevision } from './stored-violation.js';

type RevisionRow = Pick<ViolationsTable, 'id' | 'revision' | 'status' | 'first_offset' | 'json_record'>;

/**
 * Stores `next` and the revisions that it may replace (`known`, by id), since either may stand afterwards. Call it before the violations are written, each id
 * once. A violation with one revision, as most have, is not stored twice.
 */
export async function keepRevisions(
  queries: Queries,
  known: ReadonlyMap<string, RevisionRow>,
  next: readonly RevisionRow[],
): Promise<void> {
  const rows = next.flatMap((after) => {
    const before = known.get(after.id);
    if (before === undefined) return [];
    if (before.revision === after.revision && before.first_offset === after.first_offset) return [];
    return [revisionRow(before), revisionRow(after)];
  });
  if (rows.length === 0) return;
  await queries
    .insertInto('violation_revisions')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['violation_id', 'first_offset', 'revision']).doNothing())
    .execute();
  await noteFilled(queries, 'violation_revisions');
}

/** See `Store.violationRevisions`. */
export async function violationRevisions(queries: Queries, id: string): Promise<readonly StoredRevision[]> {
  const current = await queries
    .selectFrom('violations')
    .select(['id', 'revision', 'status', 'first_offset', 'json_record'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (current === undefined) return [];
  const stored = await queries
    .selectFrom('violation_revisions')
    .selectAll()
    .where('violation_id', '=', id)
    .orderBy('first_offset')
    .orderBy('revision')
    .execute();
  const rows = stored.length === 0 ? [revisionRow(current)] : stored;
  return rows.map((row) => ({
    ...revisionOf(row),
    record: checkedColumn(row.json_record, () => `revision ${row.revision} of violation ${id}`),
    stands: row.revision === current.revision && row.first_offset === current.first_offset,
  }));
}

function revisionRow({ id, revision, status, first_offset, json_record }: RevisionRow): ViolationRevisionsTable {
  return { violation_id: id, revision, status, first_offset, json_record };
}

function revisionOf({ violation_id, revision, status, first_offset }: ViolationRevisionsTable): Revision {
  return { id: violation_id, revision, status: status as Revision['status'], firstOffset: first_offset };
}
