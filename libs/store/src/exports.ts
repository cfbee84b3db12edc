import type { Connection } from './connection.js';
import { advance } from './positions.js';
import { type Revision, supersedes, supersedesRow } from './revision.js';
import type { Queries, Schema } from './schema.js';

/** Ids per statement: PostgreSQL and SQLite bound the parameters of one. */
const IDS = 500;

/** See `Store.exported`. */
export async function exported(
  connection: Connection,
  reader: string,
  partition: number,
  position: number,
  done: readonly Revision[],
): Promise<void> {
  await connection.database.transaction().execute(async (transaction) => {
    for (const { id, revision, status, firstOffset } of done) {
      await transaction
        .insertInto('exports')
        .values({ violation_id: id, revision, status, first_offset: firstOffset })
        .onConflict((conflict) =>
          conflict.column('violation_id').doUpdateSet({ revision, status, first_offset: firstOffset }).where(supersedesRow('exports')),
        )
        .execute();
    }
    await advance(transaction, reader, partition, position);
  });
}

/** See `Store.alreadyExported`. */
export async function alreadyExported(queries: Queries, items: readonly Revision[]): Promise<ReadonlySet<string>> {
  const known = new Map<string, Revision>();
  for (let i = 0; i < items.length; i += IDS) {
    const ids = items.slice(i, i + IDS).map(({ id }) => id);
    const rows = await queries.selectFrom('exports').selectAll().where('violation_id', 'in', ids).execute();
    for (const row of rows) known.set(row.violation_id, revisionOf(row));
  }
  const done = (item: Revision): boolean => {
    const last = known.get(item.id);
    return last !== undefined && !supersedes(item, last);
  };
  return new Set(items.filter(done).map(({ id }) => id));
}

function revisionOf({ violation_id, revision, status, first_offset }: Schema['exports']): Revision {
  return { id: violation_id, revision, status: status as Revision['status'], firstOffset: first_offset };
}
