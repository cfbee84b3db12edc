import type { Queries } from '../schema.js';

/** The position of a reader; 0 when it has not read the partition. */
export async function positionOf(queries: Queries, reader: string, partition: number): Promise<number> {
  const row = await queries
    .selectFrom('positions')
    .select('position')
    .where('reader', '=', reader)
    .where('partition', '=', partition)
    .executeTakeFirst();
  return row?.position ?? 0;
}

/** The next offset of a reader in a partition. */
export interface ReaderPosition {
  readonly reader: string;
  readonly partition: number;
  readonly position: number;
}

/**
 * Sets positions, also to smaller offsets: a log that is created again starts at 0, reading a record twice is harmless, and skipping one is not. The last
 * position of a partition counts.
 *
 * The caller notes the tables that it fills, `positions` included (`noteFilled`).
 */
export async function advance(queries: Queries, positions: readonly ReaderPosition[]): Promise<void> {
  if (positions.length === 0) return;
  // A fixed order prevents deadlocks between transactions that write the same rows.
  const latest = new Map(positions.map(({ reader, partition, position }) => [`${partition} ${reader}`, { reader, partition, position }]));
  const rows = [...latest.values()].toSorted((a, b) => a.partition - b.partition);
  await queries
    .insertInto('positions')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['reader', 'partition']).doUpdateSet((e) => ({ position: e.ref('excluded.position') })))
    .execute();
}
