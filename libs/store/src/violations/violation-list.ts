import { type SelectQueryBuilder, sql } from 'kysely';
import type { Queries, Schema, ViolationsTable } from '../schema.js';
import type { PagePlace } from '../tables/page.js';
import { partsOf, type ViolationPart } from './violation-parts.js';
import type { ViolationFilter } from './violation-query.js';

/** So many violations are counted; of more it is only said that they are more. */
export const COUNTED_UP_TO = 10_000;

type Ids = SelectQueryBuilder<Schema, 'violations', Pick<ViolationsTable, 'id' | 'timestamp_ms'>>;

/** What is read of an order of pages. */
interface Range {
  readonly limit: number;
  /** Not included. */
  readonly after?: PagePlace | undefined;
  /** Included; default: to the end. */
  readonly downTo?: PagePlace | undefined;
}

/** Rows of the violations that a filter selects, newest first. */
export async function newestRows(queries: Queries, filter: ViolationFilter, range: Range): Promise<readonly ViolationsTable[]> {
  const { limit } = range;
  const parts = partsOf(filter).map((part) => newestOf(queries, part, range));
  const ids = united(queries, parts);
  if (ids === undefined) return [];
  const page = parts.length === 1 ? ids : newestFirst(ids).limit(limit);
  // The records come in at the end: an index alone says which ones.
  return newestFirst(
    queries
      .selectFrom('violations')
      .selectAll()
      .where('id', 'in', queries.selectFrom(page.as('page')).select('page.id')),
  ).execute();
}

/**
 * The place of the last of the next violations that a filter selects: of the `max`th at the latest, sooner where the filter has several parts, so that no more entries are read.
 * Undefined when there are fewer.
 */
export async function placeOfEntry(
  queries: Queries,
  filter: ViolationFilter,
  max: number,
  after: PagePlace | undefined,
): Promise<PagePlace | undefined> {
  const all = partsOf(filter);
  const limit = Math.ceil(max / Math.max(1, all.length));
  const ids = united(
    queries,
    all.map((part) => newestOf(queries, part, { limit, after })),
  );
  if (ids === undefined) return undefined;
  const entry = await newestFirst(queries.selectFrom(ids.as('entries')).select(['entries.id', 'entries.timestamp_ms']) as unknown as Ids)
    .limit(1)
    .offset(limit - 1)
    .executeTakeFirst();
  return entry && { timestampMs: entry.timestamp_ms, id: entry.id };
}

/** How many a filter selects; one more than `max` when there are more. */
export async function countUpTo(queries: Queries, filter: ViolationFilter, max: number): Promise<number> {
  const parts = partsOf(filter).map((part) => {
    const matches = queries.selectFrom('violations').select(['id', 'timestamp_ms']).where(part);
    // In the order of the index, so that no database prefers to read rows. The oldest are those that nobody writes at present.
    return Number.isFinite(max)
      ? (matches
          .orderBy('timestamp_ms')
          .orderBy('id')
          .limit(max + 1) as Ids)
      : (matches as Ids);
  });
  const ids = united(queries, parts);
  if (ids === undefined) return 0;
  const counted = await queries
    .selectFrom((Number.isFinite(max) ? ids.limit(max + 1) : ids).as('matching'))
    .select(sql<number | string>`count(*)`.as('total'))
    .executeTakeFirstOrThrow();
  return Number(counted.total);
}

function newestOf(queries: Queries, part: ViolationPart, { limit, after, downTo }: Range): Ids {
  let query = queries.selectFrom('violations').select(['id', 'timestamp_ms']).where(part);
  if (after !== undefined) {
    const { timestampMs, id } = after;
    query = query.where('timestamp_ms', '<=', timestampMs).where((e) => e.or([e('timestamp_ms', '<', timestampMs), e('id', '<', id)]));
  }
  if (downTo !== undefined) {
    const { timestampMs, id } = downTo;
    query = query.where('timestamp_ms', '>=', timestampMs).where((e) => e.or([e('timestamp_ms', '>', timestampMs), e('id', '>=', id)]));
  }
  return newestFirst(query as Ids).limit(limit);
}

function newestFirst<Row>(query: SelectQueryBuilder<Schema, 'violations', Row>): SelectQueryBuilder<Schema, 'violations', Row> {
  return query.orderBy('timestamp_ms', 'desc').orderBy('id', 'desc');
}

/** One after the other. Each is a table of its own: SQLite takes an order within a union only so. */
function united(queries: Queries, parts: readonly Ids[]): Ids | undefined {
  const [first, ...others] = parts;
  if (first === undefined || others.length === 0) return first;
  const whole = (part: Ids) => queries.selectFrom(part.as('part')).select(['part.id', 'part.timestamp_ms']);
  const union = others.reduce((union, part) => union.unionAll(whole(part)), whole(first));
  return queries.selectFrom(union.as('parts')).select(['parts.id', 'parts.timestamp_ms']) as unknown as Ids;
}
