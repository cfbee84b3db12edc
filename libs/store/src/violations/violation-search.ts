import type { Queries, ViolationsTable } from '../schema.js';
import { type PagePlace, placeOf } from '../tables/page.js';
import { endOfBlock, newestRows } from './violation-list.js';
import type { ViolationFilter } from './violation-query.js';

/** Violations that one statement looks through: a statement of SQLite cannot be stopped, and others wait for its thread. */
const BLOCK = 1_000;
/** Milliseconds after which the rest is left to the next page. */
const MAX_SEARCH_MS = 10;

export interface SearchedRows {
  readonly rows: readonly ViolationsTable[];
  /** All down to this place was looked through, and there is more. */
  readonly reached?: PagePlace;
}

/** Whether violations have to be looked through for a text, which no index finds. Those of a trace or a span are few. */
export function isLookedThrough({ text, traceId, spanId }: ViolationFilter): boolean {
  return text !== undefined && traceId === undefined && spanId === undefined;
}

/**
 * The newest `limit` that have the filter's text, block by block of what its other members select; fewer when that takes longer than `MAX_SEARCH_MS`
 * (docs/decisions/0058). Each block is whole: what is kept meanwhile is newer, or in the block that is read next.
 */
export async function searchedRows(
  queries: Queries,
  filter: ViolationFilter,
  { limit, after }: { readonly limit: number; readonly after?: string },
  now: () => number = () => performance.now(),
): Promise<SearchedRows> {
  const { text: _, ...others } = filter;
  const began = now();
  const rows: ViolationsTable[] = [];
  let place = after === undefined ? undefined : placeOf(after);
  for (;;) {
    const end = (await endOfBlock(queries, others, BLOCK, place))?.place;
    rows.push(...(await newestRows(queries, filter, { limit: limit - rows.length, after: place, downTo: end })));
    if (rows.length >= limit || end === undefined) return { rows };
    if (now() - began >= MAX_SEARCH_MS) return { rows, reached: end };
    place = end;
  }
}
