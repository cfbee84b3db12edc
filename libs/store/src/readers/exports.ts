import type { AliasableExpression, ExpressionBuilder } from 'kysely';
import type { Connection } from '../connection.js';
import { type Revision, supersedesRow } from '../revision.js';
import type { Queries, Schema } from '../schema.js';
import { noteFilled } from '../tables/filled-tables.js';
import { alreadyDelivered, deliveredColumns, recordDelivered } from './delivered.js';

/** See `Store.exported`. */
export async function exported(
  connection: Connection,
  reader: string,
  positions: ReadonlyMap<number, number>,
  done: readonly Revision[],
): Promise<void> {
  await connection.database
    .transaction()
    .execute((transaction) =>
      recordDelivered(transaction, 'exports', reader, positions, done, (revisions) => put(transaction, revisions, null)),
    );
}

/** See `Store.exportRefused`. */
export async function exportRefused(connection: Connection, revision: Revision, reason: string): Promise<void> {
  await connection.database.transaction().execute(async (transaction) => {
    await put(transaction, [revision], reason);
    await noteFilled(transaction, 'exports');
  });
}

/** The reason for which the receiver refused the revision of a violation's row; null if it did not. */
export function refusalOf(e: ExpressionBuilder<Schema, 'violations'>): AliasableExpression<string | null> {
  return e
    .selectFrom('exports')
    .select('exports.refused')
    .whereRef('exports.violation_id', '=', 'violations.id')
    .whereRef('exports.revision', '=', 'violations.revision')
    .whereRef('exports.first_offset', '=', 'violations.first_offset')
    .$asScalar();
}

/** See `Store.alreadyExported`. */
export function alreadyExported(queries: Queries, items: readonly Revision[]): Promise<ReadonlySet<string>> {
  return alreadyDelivered(items, (ids) => queries.selectFrom('exports').selectAll().where('violation_id', 'in', ids).execute());
}

/** The revisions are of different violations: a statement may write a row only once. */
async function put(queries: Queries, revisions: readonly Revision[], refused: string | null): Promise<void> {
  const rows = revisions.map((revision) => ({ ...deliveredColumns(revision), refused }));
  await queries
    .insertInto('exports')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('violation_id')
        .doUpdateSet((e) => ({
          revision: e.ref('excluded.revision'),
          status: e.ref('excluded.status'),
          first_offset: e.ref('excluded.first_offset'),
          refused: e.ref('excluded.refused'),
        }))
        .where(supersedesRow('exports')),
    )
    .execute();
}
