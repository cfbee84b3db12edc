import { type Expression, sql } from 'kysely';
import type { Queries } from '../schema.js';
import { matching } from './violation-filter.js';
import { newestRows } from './violation-list.js';
import { partsOf } from './violation-parts.js';
import type { CountedGroup, ViolationCounts, ViolationCountsQuery, ViolationFilter } from './violation-query.js';

const COLUMNS = { ruleId: 'rule_id', severity: 'severity', service: 'service', status: 'status' } as const;

interface CountRow {
  /** Null: of the groups that are not named. */
  readonly top_key: string | null;
  readonly bucket: number;
  readonly count: number | string;
  readonly all_groups: number | string;
}

/** See `Store.violationCounts`. One statement, so that the groups add up to the total whatever is kept meanwhile. */
export async function violationCounts(queries: Queries, filter: ViolationFilter, query: ViolationCountsQuery): Promise<ViolationCounts> {
  const { start, step, buckets, groupBy, groups } = query;
  const end = start + step * buckets;
  const key: Expression<string> = groupBy === undefined ? sql.lit('') : sql.ref(COLUMNS[groupBy]);
  // SQLite takes JavaScript's numbers as doubles, which it would divide with a rest.
  const bucket = sql<number>`(timestamp_ms - cast(${start} as bigint)) / cast(${step} as bigint)`;
  const counted = queries
    .selectFrom(countedRows(queries, filter, start, end).as('counted_rows'))
    .select((e) => [sql<string>`${key}`.as('group_key'), bucket.as('bucket'), e.fn.countAll<number>().as('n')])
    .groupBy([sql`group_key`, sql`bucket`]);
  const rows = await queries
    .with('counted', () => counted)
    .with('top', (database) =>
      database
        .selectFrom('counted')
        .select((e) => ['group_key as top_key', e.fn.sum<number>('n').as('total')])
        .groupBy('group_key')
        .orderBy('total', 'desc')
        .orderBy('group_key')
        .limit(groups),
    )
    .selectFrom('counted')
    .leftJoin('top', 'top.top_key', 'counted.group_key')
    .select((e) => [
      'top_key',
      'bucket',
      e.fn.sum<number | string>('n').as('count'),
      e
        .selectFrom('counted as every')
        .select((all) => all.fn.count<number | string>('every.group_key').distinct().as('all_groups'))
        .as('all_groups'),
    ])
    .groupBy(['top_key', 'bucket'])
    .execute();
  const counts = gathered(rows as readonly CountRow[], buckets);
  return groupBy === 'ruleId' ? withNames(queries, counts) : counts;
}

const COUNTED = ['rule_id', 'severity', 'service', 'status', 'timestamp_ms'] as const;

/**
 * What is counted. The violations of a trace or a span are few: they are found by its index (see `partsOf`). SQLite, which has no statistics, would as soon
 * read all of a status.
 */
function countedRows(queries: Queries, filter: ViolationFilter, start: number, end: number) {
  const inTime = { ...filter, startTime: Math.max(start, filter.startTime ?? start), endTime: Math.min(end, filter.endTime ?? end) };
  const isRare = filter.traceId !== undefined || filter.spanId !== undefined;
  const parts = isRare ? partsOf(inTime) : [matching(inTime)];
  const [first, ...others] = parts.map((part) => queries.selectFrom('violations').select(COUNTED).where(part));
  return others.reduce((union, part) => union.unionAll(part), first!);
}

/** What each rule is called in its newest violation. */
async function withNames(queries: Queries, counts: ViolationCounts): Promise<ViolationCounts> {
  const groups: CountedGroup[] = [];
  for (const group of counts.groups) {
    const [newest] = await newestRows(queries, { ruleId: group.key }, { limit: 1 });
    groups.push(newest === undefined ? group : { ...group, ruleName: newest.rule_name });
  }
  return { ...counts, groups };
}

function gathered(rows: readonly CountRow[], buckets: number): ViolationCounts {
  const groups = new Map<string | null, number[]>();
  const counts = zeros(buckets);
  for (const { top_key, bucket, count } of rows) {
    let group = groups.get(top_key);
    if (group === undefined) groups.set(top_key, (group = zeros(buckets)));
    group[bucket] = Number(count);
    counts[bucket]! += Number(count);
  }
  const named = [...groups].flatMap(([key, of]): CountedGroup[] => (key === null ? [] : [{ key, total: sum(of), counts: of }]));
  return {
    total: sum(counts),
    counts,
    groups: named.toSorted((a, b) => b.total - a.total || (a.key < b.key ? -1 : 1)),
    allGroups: Number(rows[0]?.all_groups ?? 0),
    others: groups.get(null) ?? zeros(buckets),
  };
}

const zeros = (length: number): number[] => new Array<number>(length).fill(0);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
