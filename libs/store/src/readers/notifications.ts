import type { Connection } from '../connection.js';
import { type Revision, supersedesRow } from '../revision.js';
import type { Queries } from '../schema.js';
import { alreadyDelivered, deliveredColumns, deliveredRevision, IDS, recordDelivered } from './delivered.js';

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
export async function alreadyNotified(queries: Queries, reader: string, items: readonly Revision[]): Promise<ReadonlySet<string>> {
  const known = new Map<string, Revision>();
  for (let i = 0; i < items.length; i += IDS) {
    const ids = items.slice(i, i + IDS).map(({ id }) => id);
    const rows = await queries
      .selectFrom('notifications')
      .selectAll()
      .where('violation_id', 'in', ids)
      .where('reader', '=', reader)
      .execute();
    for (const row of rows) known.set(row.violation_id, deliveredRevision(row));
  }
  return alreadyDelivered(items, known);
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
