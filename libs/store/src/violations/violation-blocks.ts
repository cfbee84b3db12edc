import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Queries } from '../schema.js';
import { endOfBlock, type Range } from './violation-list.js';
import type { ViolationFilter } from './violation-query.js';

/** Violations of a block: of the first one, at least, and at most. */
const FIRST_SIZE = 1_000;
const MIN_SIZE = 250;
const MAX_SIZE = 32_000;
/** Milliseconds of a block: after a shorter one the next is larger, after a longer one smaller. */
const SHORT_MS = 3;
const LONG_MS = 8;

export interface ViolationBlock extends Range {
  /** Whether there is a block after it. */
  readonly hasMore: boolean;
}

/**
 * All that a filter without a text selects, newest first, in blocks that are read in some milliseconds each: a statement of SQLite cannot be stopped, and others wait for its
 * thread. They have their turn between two blocks, also where the database is in memory and so on the thread of the caller. What is kept meanwhile is
 * newer, or in a block that is read later.
 */
export async function* blocksOf(
  queries: Queries,
  filter: Omit<ViolationFilter, 'text'>,
  now: () => number = () => performance.now(),
): AsyncGenerator<ViolationBlock, void> {
  let size = FIRST_SIZE;
  let after: Range['after'];
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
