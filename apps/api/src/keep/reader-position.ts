import { type Log, TOPICS } from '#messaging';
import type { Store } from '#store';

/**
 * Where a reader of the violations log goes on. A position beyond the end of the log is of another log, which was lost or moved
 * away: then it begins anew.
 */
export async function readerPosition(log: Log, store: Store, reader: string, partition: number): Promise<number> {
  const position = await store.position(reader, partition);
  const { start, end } = await log.bounds(TOPICS.violations, partition);
  return position > end ? start : position;
}
