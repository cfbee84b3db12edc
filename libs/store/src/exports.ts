import type { Connection } from './connection.js';
import { advance } from './positions.js';
import type { Queries } from './schema.js';

/** Ids per statement: PostgreSQL and SQLite bound the parameters of one. */
const IDS = 500;

export interface ExportedRevision {
  readonly id: string;
  readonly revision: number;
}

/** See `Store.exported`. */
export async function exported(
  connection: Connection,
  reader: string,
  partition: number,
  position: number,
  done: readonly ExportedRevision[],
): Promise<void> {
  await connection.database.transaction().execute(async (transaction) => {
    for (const { id, revision } of done) {
      await transaction
        .insertInto('exports')
        .values({ violation_id: id, revision })
        .onConflict((conflict) => conflict.column('violation_id').doUpdateSet({ revision }).where('exports.revision', '<', revision))
        .execute();
    }
    await advance(transaction, reader, partition, position);
  });
}

/** See `Store.alreadyExported`. */
export async function alreadyExported(queries: Queries, items: readonly ExportedRevision[]): Promise<ReadonlySet<string>> {
  const revisions = new Map<string, number>();
  for (let i = 0; i < items.length; i += IDS) {
    const ids = items.slice(i, i + IDS).map(({ id }) => id);
    const rows = await queries.selectFrom('exports').selectAll().where('violation_id', 'in', ids).execute();
    for (const row of rows) revisions.set(row.violation_id, row.revision);
  }
  return new Set(items.filter(({ id, revision }) => (revisions.get(id) ?? -1) >= revision).map(({ id }) => id));
}
