import type { Queries } from '../schema.js';

/** 0 when the reader never read the partition. */
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
 * To be noted as filled (`noteFilled`) by the caller, with what else it writes.
 *
 * Sets positions, also backwards: when the log was created again, its offsets begin again; and reading a record twice is
 * harmless, while leaving one out is not. Of several of one partition the last one counts.
 */
export async function advance(queries: Queries, positions: readonly ReaderPosition[]): Promise<void> {
  if (positions.length === 0) return;
  // Always in the same order: transactions that write the same rows don't deadlock.
  const latest = new Map(positions.map(({ reader, partition, position }) => [`${partition} ${reader}`, { reader, partition, position }]));
  const rows = [...latest.values()].toSorted((a, b) => a.partition - b.partition);
  await queries
    .insertInto('positions')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['reader', 'partition']).doUpdateSet((e) => ({ position: e.ref('excluded.position') })))
    .execute();
}
