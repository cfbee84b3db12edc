import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { parseDuration } from '#base';
import { ApiProperty, ApiPropertyOptional } from '#openapi';
import { wholeNumber } from '../../request/query.js';
import { ViolationFilterQuery } from '../filter/violation-filter-query.js';

/** The groupings of violations, with their names in the store. */
export const GROUPS = { rule_id: 'ruleId', severity: 'severity', service: 'service', status: 'status' } as const;
export type GroupBy = keyof typeof GROUPS;

const INTERVAL = { message: 'interval must be a duration of whole seconds, at least 1s, like 30s, 5m or 1d' };
const GROUP_LIMIT = { message: 'groups must be a whole number from 1 to 100' };

const SECOND = 1_000_000_000n;
/** Nanoseconds: the whole range of times in one interval. */
const MAX_INTERVAL_NS = BigInt(Number.MAX_SAFE_INTEGER) * 1_000_000n;

/** Milliseconds. */
const wholeSeconds = ({ value }: { value: unknown }): unknown => {
  // A plain number is milliseconds, as in the configuration.
  const text = typeof value === 'string' && /^\d+$/.test(value) ? `${value}ms` : value;
  const duration = typeof text === 'string' ? parseDuration(text, MAX_INTERVAL_NS) : undefined;
  return duration === undefined || duration % SECOND !== 0n ? Number.NaN : Number(duration / 1_000_000n);
};

/** The query of `GET /v1/violations/stats`. */
export class ViolationStatsQuery extends ViolationFilterQuery {
  @ApiPropertyOptional({
    enum: Object.keys(GROUPS),
    description: 'With `status`, violations of every status are counted unless one is named.',
  })
  @IsOptional()
  @IsIn(Object.keys(GROUPS))
  group_by?: GroupBy;

  @ApiPropertyOptional({
    type: String,
    example: '5m',
    description: 'The length of a bucket; at most 1,000 buckets. Default: at most 60 buckets for the time range.',
  })
  @IsOptional()
  @Transform(wholeSeconds)
  @IsInt(INTERVAL)
  @Min(1_000, INTERVAL)
  interval?: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 100,
    default: 20,
    description: 'How many of the largest groups are listed.',
  })
  @IsOptional()
  @Transform(wholeNumber)
  @IsInt(GROUP_LIMIT)
  @Min(1, GROUP_LIMIT)
  @Max(100, GROUP_LIMIT)
  groups?: number;
}

export class ViolationStatsGroup {
  @ApiProperty({ example: 'HIGH' })
  key!: string;

  @ApiPropertyOptional({ description: 'Only with `group_by=rule_id`.', example: 'Slow requests' })
  rule_name?: string;

  @ApiProperty({ example: 7 })
  total!: number;

  @ApiProperty({ type: [Number], description: 'By bucket.', example: [3, 4] })
  counts!: readonly number[];
}

export class ViolationStatsOthers {
  @ApiProperty({ description: 'How many groups; where there are more than 10,000 in all, at least.', example: 4 })
  groups!: number;

  @ApiProperty({ example: 9 })
  total!: number;

  @ApiProperty({ type: [Number], example: [0, 9] })
  counts!: readonly number[];
}

/** Times are Unix seconds. */
export class ViolationStats {
  @ApiProperty({ example: 1699000000, description: 'Start of the counted time, in Unix seconds.' })
  start_time!: number;

  @ApiProperty({ example: 1699003600, description: 'End of the counted time, not included.' })
  end_time!: number;

  @ApiProperty({ example: 1800 })
  interval_seconds!: number;

  @ApiProperty({
    type: [Number],
    example: [1699000200, 1699002000],
    description: 'Where each bucket begins: at multiples of the interval, so that the first may begin before `start_time`.',
  })
  buckets!: readonly number[];

  @ApiProperty({ example: 16 })
  total!: number;

  @ApiPropertyOptional({ enum: ['at_least'], description: 'Only with `q`: see `counted_from`. Absent where all were counted.' })
  total_is?: 'at_least';

  @ApiPropertyOptional({
    example: 1699001000.5,
    description: 'Only with `q`: older violations than this time (Unix seconds) were not counted, because the search took too long.',
  })
  counted_from?: number;

  @ApiProperty({ type: [Number], example: [3, 13] })
  counts!: readonly number[];

  @ApiPropertyOptional({ enum: Object.keys(GROUPS) })
  group_by?: GroupBy;

  @ApiPropertyOptional({ type: [ViolationStatsGroup], description: 'The largest one first. Only with `group_by`.' })
  groups?: readonly ViolationStatsGroup[];

  @ApiPropertyOptional({ type: ViolationStatsOthers, description: 'All groups that are not listed, if there are any.' })
  others?: ViolationStatsOthers;
}
