import type { SelectQueryBuilder } from 'kysely';
import type { PagePlace } from './page-cursor.js';

/** A range in page order: newest first, then by descending id. */
export interface PageRange {
  /** Excluded; default: the beginning. */
  readonly after?: PagePlace | undefined;
  /** Included; default: the end. */
  readonly downTo?: PagePlace | undefined;
}

/** The column by which a table's pages are in order. */
type TimeColumn = 'timestamp_ms' | 'last_seen';
/** Kysely cannot infer the columns that the tables have in common. */
type Rows = SelectQueryBuilder<{ rows: Record<TimeColumn, number> & { id: string } }, 'rows', object>;

/** The query's rows in the range. */
export function within<Query extends object>(query: Query, time: TimeColumn, { after, downTo }: PageRange): Query {
  let rows = query as unknown as Rows;
  if (after !== undefined) {
    const { timestampMs, id } = after;
    rows = rows.where(time, '<=', timestampMs).where((e) => e.or([e(time, '<', timestampMs), e('id', '<', id)]));
  }
  if (downTo !== undefined) {
    const { timestampMs, id } = downTo;
    rows = rows.where(time, '>=', timestampMs).where((e) => e.or([e(time, '>', timestampMs), e('id', '>=', id)]));
  }
  return rows as unknown as Query;
}

/** The query's rows in page order. */
export function newestFirst<Query extends object>(query: Query, time: TimeColumn): Query {
  return (query as unknown as Rows).orderBy(time, 'desc').orderBy('id', 'desc') as unknown as Query;
}
