import type { Queries } from '../schema.js';
import { blocksOf } from './violation-blocks.js';
import { countIn } from './violation-list.js';
import type { ViolationFilter } from './violation-query.js';

/** Milliseconds after which a count of what has a text ends: no index finds it (docs/decisions/0058). */
export const MAX_COUNT_MS = 5_000;

export interface CountLimits {
  /** Aborted when nobody waits for the count any more: it ends, and is not of all. */
  readonly signal?: AbortSignal | undefined;
  readonly now?: () => number;
}

/** Says after each block whether a count of what has `text`, or any, has to end. */
export function countEnds(text: string | undefined, { signal, now = () => performance.now() }: CountLimits): () => boolean {
  const began = now();
  return () => signal?.aborted === true || (text !== undefined && now() - began >= MAX_COUNT_MS);
}

/** How many a filter selects, however many they are. With a text, only those that were found within `MAX_COUNT_MS`; `isAll` says whether they are all. */
export async function countAll(
  queries: Queries,
  filter: ViolationFilter,
  limits: CountLimits = {},
): Promise<{ readonly total: number; readonly isAll: boolean }> {
  const { text, ...others } = filter;
  const ends = countEnds(text, limits);
  let total = 0;
  for await (const block of blocksOf(queries, others, limits.now)) {
    // Without a text a block has what it is made of.
    total += text === undefined && block.hasMore ? block.limit : await countIn(queries, filter, block);
    if (block.hasMore && ends()) return { total, isAll: false };
  }
  return { total, isAll: true };
}
