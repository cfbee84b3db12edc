import { type Revision, supersedes } from '../revision.js';
import type { Queries, Schema } from '../schema.js';
import { noteFilled } from '../tables/filled-tables.js';
import { oneOfEach } from '../tables/one-of-each.js';
import { advance } from './positions.js';

/** Ids per statement: PostgreSQL and SQLite bound the parameters of one. */
export const IDS = 500;

type DeliveredColumns = Pick<Schema['exports'], 'violation_id' | 'revision' | 'status' | 'first_offset'>;

/** The columns by which a table of deliveries knows a revision. */
export function deliveredColumns({ id, revision, status, firstOffset }: Revision): DeliveredColumns {
  return { violation_id: id, revision, status, first_offset: firstOffset };
}

/** The inverse of `deliveredColumns`. */
export function deliveredRevision({ violation_id, revision, status, first_offset }: DeliveredColumns): Revision {
  return { id: violation_id, revision, status: status as Revision['status'], firstOffset: first_offset };
}

/** The ids of those that supersede none of the last delivered revisions (`last`: by violation id). */
export function alreadyDelivered(items: readonly Revision[], last: ReadonlyMap<string, Revision>): ReadonlySet<string> {
  const done = items.filter((item) => {
    const known = last.get(item.id);
    return known !== undefined && !supersedes(item, known);
  });
  return new Set(done.map(({ id }) => id));
}

/** In a transaction: puts the delivered revisions into `table`, no two of one violation at once, and advances the reader. */
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
