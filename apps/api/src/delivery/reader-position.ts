import { type Log, type Position } from '#messaging';
import { TOPICS } from '#records';
import type { Store } from '#store';

/**
 * Where a reader of the violations log resumes: at its position in the store, unless that belongs to another log. It does if it is beyond the end, or if the
 * log has no position of the reader's group (`committed`), which follows the store's. Then the topic was created again, or the group deleted, and the reader
 * starts at the beginning. Stored and exported violations stay. `write` then sets the position in the store back, before any
 * record is read. The group gets a position of the new log while that is empty. The next process would take the store's position as one of the same log.
 */
export async function readerPosition(
  log: Log,
  store: Store,
  reader: string,
  partition: number,
  committed: Position | undefined,
  write: (position: number) => Promise<void>,
): Promise<number> {
  const position = await store.position(reader, partition);
  const { start, end } = await log.bounds(TOPICS.violations, partition);
  if (position <= end && committed !== undefined) return position;
  if (position > start) await write(start);
  return start;
}
