import type { Connection } from './connection.js';
import { noteFilled } from './filled-tables.js';
import { oneOfEach } from './one-of-each.js';
import { advance } from './positions.js';
import { type Revision, supersedes, supersedesRow } from './revision.js';
import type { Queries } from './schema.js';

/** Ids per statement: PostgreSQL and SQLite bound the parameters of one. */
const IDS = 500;

/** See `Store.notified`. */
export async function notified(
  connection: Connection,
  reader: string,
  positions: ReadonlyMap<number, number>,
  done: readonly Revision[],
): Promise<void> {
  await connection.database.transaction().execute(async (transaction) => {
    for (const revisions of oneOfEach(done)) await put(transaction, reader, revisions);
    const at = [...positions].map(([partition, position]) => ({ reader, partition, position }));
    await advance(transaction, at);
    const filled = [...(done.length > 0 ? (['notifications'] as const) : []), ...(at.length > 0 ? (['positions'] as const) : [])];
    await noteFilled(transaction, ...filled);
  });
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
    for (const { violation_id: id, revision, status, first_offset: firstOffset } of rows) {
      known.set(id, { id, revision, status: status as Revision['status'], firstOffset });
    }
  }
  const done = items.filter((item) => {
    const last = known.get(item.id);
    return last !== undefined && !supersedes(item, last);
  });
  return new Set(done.map(({ id }) => id));
}

/** No two of one violation: a statement may write a row only once. */
async function put(queries: Queries, reader: string, revisions: readonly Revision[]): Promise<void> {
  const rows = revisions.map(({ id, revision, status, firstOffset }) => ({
    reader,
    violation_id: id,
    revision,
    status,
    first_offset: firstOffset,
  }));
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
