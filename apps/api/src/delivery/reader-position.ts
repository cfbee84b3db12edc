import { type Log, type Position } from '#messaging';
import { TOPICS } from '#records';
import type { Store } from '#store';

/**
 * Where a reader of the violations log goes on: at its position in the store, unless that is one in another log. It is when it lies beyond the
 * end, or when the log knows of no position of the reader's group (`committed`), which follows the store's: the topic was created again, or the
 * group was deleted. Then it starts again; stored and exported violations stay.
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
