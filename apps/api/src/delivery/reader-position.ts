import { type Log, type Position } from '#messaging';
import { TOPICS } from '#records';
import type { Store } from '#store';

/**
 * Where a reader of the violations log resumes: at its position in the store, unless that belongs to another log. It does if it is beyond the end, or if the
 * log has no position of the reader's group (`committed`), which follows the store's. Then the topic was created again, or the group deleted, and the reader
 * starts at the beginning. Stored and exported violations stay.
 */
export async function readerPosition(
  log: Log,
  store: Store,
  reader: string,
  partition: number,
  committed: Position | undefined,
): Promise<number> {
  const position = await store.position(reader, partition);
  const { start, end } = await log.bounds(TOPICS.violations, partition);
  return position > end || committed === undefined ? start : position;
}
