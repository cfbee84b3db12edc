import { type Expression, sql } from 'kysely';
import type { Queries } from '../../schema.js';
import { newestRows, rowsIn } from '../list/violation-list.js';
import type { CountedGroup, ViolationCounts, ViolationCountsQuery, ViolationFilter } from '../list/violation-query.js';
import { type CountLimits, countEnds } from './count-all.js';
import { blocksOf } from './violation-blocks.js';
import { ViolationTally } from './violation-tally.js';

const COLUMNS = { ruleId: 'rule_id', severity: 'severity', service: 'service', status: 'status' } as const;
const COUNTED = ['rule_id', 'severity', 'service', 'status', 'timestamp_ms'] as const;

/** See `Store.violationCounts`. It adds up blocks, so that the groups add up to the total even while violations are stored. */
export async function violationCounts(
  queries: Queries,
  filter: ViolationFilter,
  { start, step, buckets, groupBy, groups, signal }: ViolationCountsQuery,
  now?: () => number,
): Promise<ViolationCounts> {
  const end = start + step * buckets;
  const inTime = { ...filter, startTime: Math.max(start, filter.startTime ?? start), endTime: Math.min(end, filter.endTime ?? end) };
  const { text, ...others } = inTime;
  const key: Expression<string> = groupBy === undefined ? sql.lit('') : sql.ref(COLUMNS[groupBy]);
  // Casts because SQLite binds JavaScript's numbers as doubles, whose division is not integral.
  const bucket = sql<number>`(timestamp_ms - cast(${start} as bigint)) / cast(${step} as bigint)`;
  const limits: CountLimits = { signal, ...(now === undefined ? {} : { now }) };
  const ends = countEnds(text, limits);
  const tally = new ViolationTally(buckets);
  let countedFrom: number | undefined;
  for await (const block of blocksOf(queries, others, limits.now)) {
    const found = rowsIn(queries, inTime, block, COUNTED);
    if (found === undefined) break;
    const rows = await queries
      .selectFrom(found.as('counted_rows'))
      .select((e) => [sql<string>`${key}`.as('group_key'), bucket.as('bucket'), e.fn.countAll<number | string>().as('n')])
      .groupBy([sql`group_key`, sql`bucket`])
      .execute();
    for (const { group_key, bucket: at, n } of rows) tally.add(group_key, Number(at), Number(n));
    if (block.downTo === undefined || !ends()) continue;
    countedFrom = block.downTo.timestampMs;
    break;
  }
  const counts = tally.result(groups);
  const named = groupBy === 'ruleId' ? await withNames(queries, counts.groups) : counts.groups;
  return { ...counts, groups: named, ...(countedFrom === undefined ? {} : { countedFrom }) };
}

/** Adds the name that each rule has in its newest violation. */
async function withNames(queries: Queries, groups: readonly CountedGroup[]): Promise<readonly CountedGroup[]> {
  const named: CountedGroup[] = [];
  for (const group of groups) {
    const [newest] = await newestRows(queries, { ruleId: group.key }, { limit: 1 });
    named.push(newest === undefined ? group : { ...group, ruleName: newest.rule_name });
  }
  return named;
}
