import { type SelectQueryBuilder, sql } from 'kysely';
import { refusalOf } from '../../readers/exports.js';
import type { Queries, Schema, ViolationsTable } from '../../schema.js';
import type { PagePlace } from '../../tables/page-cursor.js';
import { newestFirst, type PageRange, within } from '../../tables/page-order.js';
import { partsOf, type ViolationPart } from './violation-parts.js';
import type { ViolationFilter } from './violation-query.js';

/** Counting stops here: a larger total is reported as "at least". */
export const MAX_COUNTED = 10_000;

type Columns = keyof ViolationsTable;
type Rows<Column extends Columns> = SelectQueryBuilder<Schema, 'violations', Pick<ViolationsTable, Column>>;
const PLACE = ['id', 'timestamp_ms'] as const;
type Ids = Rows<(typeof PLACE)[number]>;

/** The first rows of a range. */
export interface RowRange extends PageRange {
  readonly limit: number;
}

/** A row, with the reason for which the receiver of exports refused its revision. */
export type ViolationRow = ViolationsTable & { readonly export_refused: string | null };

export function wholeRows(queries: Queries): SelectQueryBuilder<Schema, 'violations', ViolationRow> {
  return queries
    .selectFrom('violations')
    .selectAll()
    .select((e) => refusalOf(e).as('export_refused'));
}

/** Rows of the violations that a filter selects, newest first. */
export async function newestRows(queries: Queries, filter: ViolationFilter, range: RowRange): Promise<readonly ViolationRow[]> {
  const ids = rowsIn(queries, filter, range, PLACE);
  if (ids === undefined) return [];
  const page = partsOf(filter).length === 1 ? ids : newestFirst(ids, 'timestamp_ms').limit(range.limit);
  // First ids from an index alone, then the records of the page.
  return newestFirst(wholeRows(queries).where('id', 'in', queries.selectFrom(page.as('page')).select('page.id')), 'timestamp_ms').execute();
}

/** The end of a block in page order. */
export interface BlockEnd {
  readonly place: PagePlace;
  /** The number of entries from the start down to this place. */
  readonly entries: number;
}

/**
 * The place of the `max`th next violation that a filter selects. If the filter has several parts, it is an earlier place, because each part is read only for
 * its share. Undefined when there are fewer.
 */
export async function endOfBlock(
  queries: Queries,
  filter: ViolationFilter,
  max: number,
  after: PagePlace | undefined,
): Promise<BlockEnd | undefined> {
  const entries = Math.ceil(max / Math.max(1, partsOf(filter).length));
  const ids = rowsIn(queries, filter, { limit: entries, after }, PLACE);
  if (ids === undefined) return undefined;
  const last = await newestFirst(
    queries.selectFrom(ids.as('entries')).select(['entries.id', 'entries.timestamp_ms']) as unknown as Ids,
    'timestamp_ms',
  )
    .limit(1)
    .offset(entries - 1)
    .executeTakeFirst();
  return last && { place: { timestampMs: last.timestamp_ms, id: last.id }, entries };
}

/** The number of violations that a filter selects, at most `max` + 1. */
export async function countUpTo(queries: Queries, filter: ViolationFilter, max: number): Promise<number> {
  const parts = partsOf(filter).map(
    (part) =>
      // In index order, so that databases do not prefer to read rows. The oldest come first, because current writes do not touch them.
      queries
        .selectFrom('violations')
        .select(PLACE)
        .where(part)
        .orderBy('timestamp_ms')
        .orderBy('id')
        .limit(max + 1) as Ids,
  );
  const ids = united(queries, parts, PLACE);
  return ids === undefined ? 0 : countOf(queries, ids.limit(max + 1));
}

/** The number that a filter selects in a range, up to the range's limit. */
export async function countIn(queries: Queries, filter: ViolationFilter, range: RowRange): Promise<number> {
  const ids = rowsIn(queries, filter, range, PLACE);
  return ids === undefined ? 0 : countOf(queries, ids);
}

async function countOf(queries: Queries, ids: Ids): Promise<number> {
  const counted = await queries.selectFrom(ids.as('matching')).select(sql<number | string>`count(*)`.as('total')).executeTakeFirstOrThrow();
  return Number(counted.total);
}

/** Columns of the rows that a filter selects in a range, up to the limit for each part; undefined if nothing can match. */
export function rowsIn<Column extends Columns>(
  queries: Queries,
  filter: ViolationFilter,
  range: RowRange,
  columns: readonly Column[],
): Rows<Column> | undefined {
  const parts = partsOf(filter).map((part) => newestOf(queries, part, range, columns));
  return united(queries, parts, columns);
}

function newestOf<Column extends Columns>(
  queries: Queries,
  part: ViolationPart,
  range: RowRange,
  columns: readonly Column[],
): Rows<Column> {
  const rows = queries.selectFrom('violations').select(columns).where(part) as unknown as Rows<Column>;
  return newestFirst(within(rows, 'timestamp_ms', range), 'timestamp_ms').limit(range.limit);
}

/** The union of the parts. Each is a subquery, because SQLite allows an order within a union only there. */
function united<Column extends Columns>(
  queries: Queries,
  parts: readonly Rows<Column>[],
  columns: readonly Column[],
): Rows<Column> | undefined {
  const [first, ...others] = parts;
  if (first === undefined || others.length === 0) return first;
  const whole = (part: Rows<Column>) => columnsOf(queries, part, columns);
  const union = others.reduce((union, part) => union.unionAll(whole(part)), whole(first));
  return columnsOf(queries, union, columns);
}

/** Kysely cannot infer the columns of a table with generic columns. */
function columnsOf<Column extends Columns>(queries: Queries, table: Rows<Column>, columns: readonly Column[]): Rows<Column> {
  const from = queries.selectFrom((table as unknown as Rows<Columns>).as('part')) as unknown as SelectQueryBuilder<
    Schema,
    'violations',
    object
  >;
  return from.select(columns) as unknown as Rows<Column>;
}
