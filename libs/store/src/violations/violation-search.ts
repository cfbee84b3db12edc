import type { Queries } from '../schema.js';
import { type PagePlace, parseCursor } from '../tables/page-cursor.js';
import { endOfBlock, newestRows, type ViolationRow } from './list/violation-list.js';
import type { ViolationFilter } from './list/violation-query.js';

/** Violations that one statement scans: SQLite cannot stop a statement, and others wait for its thread. */
const BLOCK = 1_000;
/** Milliseconds after which the rest is left to the next page. */
const MAX_SEARCH_MS = 8;

export interface SearchedRows {
  readonly rows: readonly ViolationRow[];
  /** All violations down to this place were scanned, and there are more. */
  readonly reached?: PagePlace;
}

/** Whether a text search must scan violations, since no index serves it. A trace or a span has few. */
export function isLookedThrough({ text, traceId, spanId }: ViolationFilter): boolean {
  return text !== undefined && traceId === undefined && spanId === undefined;
}

/**
 * The newest `limit` violations that contain the filter's text. It scans blocks of those that the other conditions select, and stops after `MAX_SEARCH_MS`
 * (docs/decisions/0058). Each block is read whole: violations stored meanwhile are newer, or in the next block.
 */
export async function searchedRows(
  queries: Queries,
  filter: ViolationFilter,
  { limit, after }: { readonly limit: number; readonly after?: string },
  now: () => number = () => performance.now(),
): Promise<SearchedRows> {
  const { text: _, ...others } = filter;
  const began = now();
  const rows: ViolationRow[] = [];
  let place = after === undefined ? undefined : parseCursor(after);
  for (;;) {
    const end = (await endOfBlock(queries, others, BLOCK, place))?.place;
    rows.push(...(await newestRows(queries, filter, { limit: limit - rows.length, after: place, downTo: end })));
    if (rows.length >= limit || end === undefined) return { rows };
    if (now() - began >= MAX_SEARCH_MS) return { rows, reached: end };
    place = end;
  }
}
