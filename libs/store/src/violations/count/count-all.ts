import type { Queries } from '../../schema.js';
import { countIn } from '../list/violation-list.js';
import type { ViolationFilter } from '../list/violation-query.js';
import { blocksOf } from './violation-blocks.js';

/** Milliseconds after which a count with a text ends, because no index serves it (docs/decisions/0058). */
const MAX_COUNT_MS = 5_000;

export interface CountLimits {
  /** Aborted when the client is gone: the count then ends incomplete. */
  readonly signal?: AbortSignal | undefined;
  readonly now?: () => number;
}

/** Returns whether a count must end, for a call after each block; with `text` also by its time limit. */
export function countEnds(text: string | undefined, { signal, now = () => performance.now() }: CountLimits): () => boolean {
  const began = now();
  return () => signal?.aborted === true || (text !== undefined && now() - began >= MAX_COUNT_MS);
}

/** The number of violations that a filter selects. With a text only those found within `MAX_COUNT_MS`; `isAll` says whether they are all. */
export async function countAll(
  queries: Queries,
  filter: ViolationFilter,
  limits: CountLimits = {},
): Promise<{ readonly total: number; readonly isAll: boolean }> {
  const { text, ...others } = filter;
  const ends = countEnds(text, limits);
  let total = 0;
  for await (const block of blocksOf(queries, others, limits.now)) {
    // Without a text a whole block matches.
    total += text === undefined && block.hasMore ? block.limit : await countIn(queries, filter, block);
    if (block.hasMore && ends()) return { total, isAll: false };
  }
  return { total, isAll: true };
}
