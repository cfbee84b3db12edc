import { noteFilled } from './filled-tables.js';
import type { Queries } from './schema.js';

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

/**
 * Sets the position, also backwards: when the log was made anew, its offsets begin again; and reading a record twice is
 * harmless, while leaving one out is not.
 */
export async function advance(queries: Queries, reader: string, partition: number, position: number): Promise<void> {
  await queries
    .insertInto('positions')
    .values({ reader, partition, position })
    .onConflict((conflict) => conflict.columns(['reader', 'partition']).doUpdateSet({ position }))
    .execute();
  await noteFilled(queries, 'positions');
}
