import { type Log, type Position } from '#messaging';
import { TOPICS } from '#records';
import type { Store } from '#store';

/**
 * Where a reader of the violations log resumes: at its position in the store, unless that position belongs to another log. This is the case if it is beyond the end, or if the reader's group has no position (`committed`). Then the topic was created again, or the group deleted, and the reader
 * starts at the beginning. Stored and exported violations stay. `write` then resets the position in the store, before any record is read. Without that, the next process would take the old position for one of the new log: the group gets a position while the new log is still empty.
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
