import type { Connection } from '../connection.js';
import { type Revision, supersedesRow } from '../revision.js';
import type { Queries } from '../schema.js';
import { alreadyDelivered, deliveredColumns, recordDelivered } from './delivered.js';

/** See `Store.notified`. */
export async function notified(
  connection: Connection,
  reader: string,
  positions: ReadonlyMap<number, number>,
  done: readonly Revision[],
): Promise<void> {
  await connection.database
    .transaction()
    .execute((transaction) =>
      recordDelivered(transaction, 'notifications', reader, positions, done, (revisions) => put(transaction, reader, revisions)),
    );
}

/** See `Store.alreadyNotified`. */
export function alreadyNotified(queries: Queries, reader: string, items: readonly Revision[]): Promise<ReadonlySet<string>> {
  return alreadyDelivered(items, (ids) =>
    queries.selectFrom('notifications').selectAll().where('violation_id', 'in', ids).where('reader', '=', reader).execute(),
  );
}

/** The revisions are of different violations: a statement may write a row only once. */
async function put(queries: Queries, reader: string, revisions: readonly Revision[]): Promise<void> {
  const rows = revisions.map((revision) => ({ ...deliveredColumns(revision), reader }));
  await queries
    .insertInto('notifications')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['violation_id', 'reader'])
        .doUpdateSet((e) => ({
          revision: e.ref('excluded.revision'),
          status: e.ref('excluded.status'),
          first_offset: e.ref('excluded.first_offset'),
        }))
        .where(supersedesRow('notifications')),
    )
    .execute();
}
