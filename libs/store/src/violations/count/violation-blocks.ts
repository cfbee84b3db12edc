import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Queries } from '../../schema.js';
import { endOfBlock, type RowRange } from '../list/violation-list.js';
import type { ViolationFilter } from '../list/violation-query.js';

/** Violations of a block: of the first, minimum, and maximum. */
const FIRST_SIZE = 1_000;
const MIN_SIZE = 250;
const MAX_SIZE = 32_000;
/** Milliseconds of a block: after a faster one the next is larger, after a slower one smaller. */
const SHORT_MS = 3;
const LONG_MS = 8;

export interface ViolationBlock extends RowRange {
  /** Whether another block follows. */
  readonly hasMore: boolean;
}

/**
 * All violations that a filter without a text selects, newest first, in blocks that take some milliseconds each. SQLite cannot stop a statement, and others
 * wait for its thread: they run between two blocks. This holds for a database in memory too, which runs on the caller's thread. Violations stored meanwhile are
 * newer, or in a later block.
 */
export async function* blocksOf(
  queries: Queries,
  filter: Omit<ViolationFilter, 'text'>,
  now: () => number = () => performance.now(),
): AsyncGenerator<ViolationBlock, void> {
  let size = FIRST_SIZE;
  let after: RowRange['after'];
  for (;;) {
    const began = now();
    const end = await endOfBlock(queries, filter, size, after);
    if (end === undefined) {
      yield { after, limit: size, hasMore: false };
      return;
    }
    yield { after, downTo: end.place, limit: end.entries, hasMore: true };
    const took = now() - began;
    if (took < SHORT_MS) size = Math.min(MAX_SIZE, size * 2);
    else if (took > LONG_MS) size = Math.max(MIN_SIZE, size / 2);
    after = end.place;
    await nextTurn();
  }
}
