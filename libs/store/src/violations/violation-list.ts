import { type SelectQueryBuilder, sql } from 'kysely';
import type { Queries, Schema, ViolationsTable } from '../schema.js';
import { type PagePlace, placeOf } from '../tables/page.js';
import { partsOf, type ViolationPart } from './violation-parts.js';
import type { ViolationFilter } from './violation-query.js';

/** So many violations are counted; of more it is only said that they are more. */
export const COUNTED_UP_TO = 10_000;

type Ids = SelectQueryBuilder<Schema, 'violations', Pick<ViolationsTable, 'id' | 'timestamp_ms'>>;

/** Rows of the violations that a filter selects, newest first. */
export async function newestRows(
  queries: Queries,
  filter: ViolationFilter,
  { limit, after }: { readonly limit: number; readonly after?: string },
): Promise<readonly ViolationsTable[]> {
  const place = after === undefined ? undefined : placeOf(after);
  const parts = partsOf(filter).map((part) => newestOf(queries, part, limit, place));
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

/** How many a filter selects; one more than `most` when there are more. */
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

function newestOf(queries: Queries, part: ViolationPart, limit: number, place: PagePlace | undefined): Ids {
  let query = queries.selectFrom('violations').select(['id', 'timestamp_ms']).where(part);
  if (place !== undefined) {
    const { timestampMs, id } = place;
    query = query.where('timestamp_ms', '<=', timestampMs).where((e) => e.or([e('timestamp_ms', '<', timestampMs), e('id', '<', id)]));
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
