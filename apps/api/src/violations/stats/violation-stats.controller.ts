import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ApiBadRequestResponse, ApiOkResponse, ApiOperation, ApiTags } from '#openapi';
import { CLOCK, type Clock, clientGone } from '#platform';
import { Store, type ViolationCounts } from '#store';
import { ProblemView } from '../../problem.dto.js';
import { countOf, Searches } from '../filter/searches.js';
import { violationFilter } from '../filter/violation-filter-query.js';
import { type TimeBuckets, timeBuckets } from './time-buckets.js';
import { GROUPS, ViolationStats, ViolationStatsQuery } from './violation-stats.dto.js';

/** The default time range. */
const DAY = 86_400_000;
const NAMED_GROUPS = 20;

@ApiTags('violations')
@Controller('v1/violations/stats')
export class ViolationStatsController {
  constructor(
    private readonly store: Store,
    private readonly searches: Searches,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'How many violations there were over time, in groups',
    description:
      'Takes the filters of the list. Without `end_time` up to now, without `start_time` the 24 hours before. No index finds a part of a text: with `q` ' +
      'it counts for at most five seconds, the newest first, and `counted_from` says how far it got.',
  })
  @ApiOkResponse({ type: ViolationStats })
  @ApiBadRequestResponse({ type: ProblemView })
  async stats(@Query() query: ViolationStatsQuery, @Res({ passthrough: true }) reply: FastifyReply): Promise<ViolationStats> {
    const { group_by, groups = NAMED_GROUPS } = query;
    const end = query.end_time ?? Math.max(this.clock.now(), (query.start_time ?? 0) + 1);
    const start = query.start_time ?? Math.max(0, end - DAY);
    const range = timeBuckets(start, end, query.interval);
    const status = query.status ?? (group_by === 'status' ? 'all' : 'open');
    const filter = violationFilter({ ...query, start_time: start, end_time: end, status });
    const groupBy = group_by === undefined ? undefined : GROUPS[group_by];
    const gone = clientGone(reply);
    const counts = await this.searches.run(gone, countOf(filter), () =>
      this.store.violationCounts(filter, { ...range, groupBy, groups, signal: gone }),
    );
    return statsOf(counts, range, query, { start, end });
  }
}

function statsOf(
  { total, counts, groups, allGroups, others, countedFrom }: ViolationCounts,
  { start: first, step, buckets }: TimeBuckets,
  { group_by }: ViolationStatsQuery,
  { start, end }: { readonly start: number; readonly end: number },
): ViolationStats {
  const stats: ViolationStats = {
    start_time: start / 1_000,
    end_time: end / 1_000,
    interval_seconds: step / 1_000,
    buckets: Array.from({ length: buckets }, (_, n) => (first + n * step) / 1_000),
    total,
    ...(countedFrom === undefined ? {} : { total_is: 'at_least', counted_from: countedFrom / 1_000 }),
    counts,
  };
  if (group_by === undefined) return stats;
  const named = groups.map(({ key, ruleName, total: of, counts: over }) => ({
    key,
    ...(ruleName === undefined ? {} : { rule_name: ruleName }),
    total: of,
    counts: over,
  }));
  const rest = allGroups - groups.length;
  const totalOfOthers = others.reduce((sum, count) => sum + count, 0);
  return {
    ...stats,
    group_by,
    groups: named,
    ...(rest === 0 ? {} : { others: { groups: rest, total: totalOfOthers, counts: others } }),
  };
}
