import type { Connection } from '../connection.js';
import type { Queries, Schema } from '../schema.js';
import { noteFilled } from '../tables/filled-tables.js';
import type { Mark, MarkKind } from './mark.js';

/** See `Store.addMark`. */
export function addMark(connection: Connection, subject: string, mark: Omit<Mark, 'number'>): Promise<Mark | undefined> {
  return connection.database.transaction().execute(async (transaction) => {
    // Concurrent marks get different numbers, and no violation is pruned while it is marked.
    await connection.lock(transaction, 'violations');
    const groups = await transaction.selectFrom('violation_groups').select('id').where('id', '=', subject).execute();
    const violations = await transaction.selectFrom('violations').select('id').where('id', '=', subject).execute();
    if (groups.length + violations.length === 0) return undefined;
    const { last } = await transaction
      .selectFrom('marks')
      .select((e) => e.fn.max<number | null>('number').as('last'))
      .where('subject', '=', subject)
      .executeTakeFirstOrThrow();
    const row = { subject, number: (last ?? 0) + 1, kind: mark.kind, marked_at: mark.at, marked_by: mark.by, note: mark.note ?? null };
    await transaction.insertInto('marks').values(row).execute();
    await noteFilled(transaction, 'marks');
    if (mark.kind !== 'note') {
      const isKnown = mark.kind === 'acknowledged';
      await transaction
        .updateTable('violation_groups')
        .set({ acknowledged_at: isKnown ? mark.at : null, acknowledged_by: isKnown ? mark.by : null })
        .where('id', '=', subject)
        .execute();
    }
    return markOf(row);
  });
}

/** See `Store.marks`. */
export async function marks(
  queries: Queries,
  subject: string,
  { limit, below }: { readonly limit: number; readonly below?: number | undefined },
): Promise<readonly Mark[]> {
  let query = queries.selectFrom('marks').selectAll().where('subject', '=', subject);
  if (below !== undefined) query = query.where('number', '<', below);
  return (await query.orderBy('number', 'desc').limit(limit).execute()).map(markOf);
}

function markOf({ number, kind, marked_at, marked_by, note }: Schema['marks']): Mark {
  return { number, kind: kind as MarkKind, at: marked_at, by: marked_by, ...(note === null ? {} : { note }) };
}
