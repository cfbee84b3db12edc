import { type Revision, supersedes } from '../revision.js';
import type { Queries, Schema } from '../schema.js';
import { noteFilled } from '../tables/filled-tables.js';
import { oneOfEach } from '../tables/one-of-each.js';
import { advance } from './positions.js';

/** Ids per statement: PostgreSQL and SQLite limit the parameters of a statement. */
const MAX_IDS = 500;

type DeliveredColumns = Pick<Schema['exports'], 'violation_id' | 'revision' | 'status' | 'first_offset'>;

/** The columns that identify a revision in a table of deliveries. */
export function deliveredColumns({ id, revision, status, firstOffset }: Revision): DeliveredColumns {
  return { violation_id: id, revision, status, first_offset: firstOffset };
}

/** The inverse of `deliveredColumns`. */
function deliveredRevision({ violation_id, revision, status, first_offset }: DeliveredColumns): Revision {
  return { id: violation_id, revision, status: status as Revision['status'], firstOffset: first_offset };
}

/** The ids of the items that do not supersede the last delivered revision. @param delivered returns the rows of some violation ids */
export async function alreadyDelivered(
  items: readonly Revision[],
  delivered: (ids: readonly string[]) => Promise<readonly DeliveredColumns[]>,
): Promise<ReadonlySet<string>> {
  const last = new Map<string, Revision>();
  for (let i = 0; i < items.length; i += MAX_IDS) {
    const rows = await delivered(items.slice(i, i + MAX_IDS).map(({ id }) => id));
    for (const row of rows) last.set(row.violation_id, deliveredRevision(row));
  }
  const done = items.filter((item) => {
    const existing = last.get(item.id);
    return existing !== undefined && !supersedes(item, existing);
  });
  return new Set(done.map(({ id }) => id));
}

/** Within a transaction: writes the delivered revisions to `table`, each violation once per statement, and advances the reader. */
export async function recordDelivered(
  transaction: Queries,
  table: 'exports' | 'notifications',
  reader: string,
  positions: ReadonlyMap<number, number>,
  done: readonly Revision[],
  put: (revisions: readonly Revision[]) => Promise<void>,
): Promise<void> {
  for (const revisions of oneOfEach(done)) await put(revisions);
  const at = [...positions].map(([partition, position]) => ({ reader, partition, position }));
  await advance(transaction, at);
  await noteFilled(transaction, ...(done.length > 0 ? [table] : []), ...(at.length > 0 ? (['positions'] as const) : []));
}
