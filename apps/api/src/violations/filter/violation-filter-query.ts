import { Transform } from 'class-transformer';
import { IsIn, IsOptional, IsString, Matches, MaxLength, Min } from 'class-validator';
import { ApiPropertyOptional } from '#openapi';
import { SEVERITIES, VERDICT_STATUSES } from '#records';
import type { ViolationFilter } from '#store';
import { ApiError } from '../../api-error.js';
import { TEXT } from '../../request/query.js';
import { instant } from './instant.js';

const INSTANT = 'Unix seconds (also with decimals, or milliseconds to nanoseconds by the number of digits) or RFC 3339';

const listed = ({ value }: { value: unknown }): unknown =>
  [value].flat().flatMap((item) => (typeof item === 'string' ? item.split(',').map((word) => word.trim().toUpperCase()) : [item]));

const STATUSES = [...VERDICT_STATUSES, 'all'] as const;

/** NaN for a text that is not a time: the validator refuses it with its message. */
const parsedInstant = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? (instant(value) ?? Number.NaN) : Number.NaN);

/**
 * The filters of violations, on every route that answers many. All must hold. Names and ids chosen by senders may have any character, so that every listed
 * service can be a filter.
 */
export class ViolationFilterQuery {
  @ApiPropertyOptional({ example: 'slow-requests' })
  @IsOptional()
  @IsString()
  @Matches(...TEXT)
  rule_id?: string;

  @ApiPropertyOptional({ example: 'grp-6b0c5a1f0d2e4c7b8a9d0e1f2a3b4c5d', description: 'Violations of this group.' })
  @IsOptional()
  @IsString()
  @Matches(...TEXT)
  @MaxLength(100)
  group_id?: string;

  @ApiPropertyOptional({ enum: SEVERITIES, enumName: 'Severity', isArray: true, description: 'Repeated, or separated by commas.' })
  @IsOptional()
  @Transform(listed)
  @IsIn(SEVERITIES, { each: true, message: `severity must be one of ${SEVERITIES.join(', ')}` })
  severity?: string[];

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  trace_id?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  span_id?: string;

  @ApiPropertyOptional({ example: 'checkout' })
  @IsOptional()
  @IsString()
  service?: string;

  @ApiPropertyOptional({ enum: STATUSES, default: 'open', description: '`undecided`: a limit or a defect prevented a verdict.' })
  @IsOptional()
  @IsIn(STATUSES)
  status?: (typeof STATUSES)[number];

  @ApiPropertyOptional({ type: String, description: `Not before: ${INSTANT}.`, example: '1699000000' })
  @IsOptional()
  @Transform(parsedInstant)
  @Min(0, { message: `start_time must be ${INSTANT}` })
  start_time?: number;

  @ApiPropertyOptional({ type: String, description: `Before: ${INSTANT}.`, example: '1699003600' })
  @IsOptional()
  @Transform(parsedInstant)
  @Min(0, { message: `end_time must be ${INSTANT}` })
  end_time?: number;

  @ApiPropertyOptional({
    maxLength: 200,
    example: 'fraud check',
    description: 'Part of an id, of the name of the rule, the service, the message or a value of the metadata, in any case.',
  })
  @IsOptional()
  @IsString()
  @Matches(...TEXT)
  @MaxLength(200)
  q?: string;
}

/** The query for the store: open violations by default. */
export function violationFilter(query: ViolationFilterQuery): ViolationFilter {
  const { start_time: start, end_time: end } = query;
  if (start !== undefined && end !== undefined && end < start) {
    throw new ApiError('BT_API_TIME_RANGE_EMPTY', { start: start / 1_000, end: end / 1_000 });
  }
  return {
    ...(query.rule_id === undefined ? {} : { ruleId: query.rule_id }),
    ...(query.group_id === undefined ? {} : { groupId: query.group_id }),
    ...(query.severity === undefined ? {} : { severity: query.severity }),
    ...(query.trace_id === undefined ? {} : { traceId: query.trace_id }),
    ...(query.span_id === undefined ? {} : { spanId: query.span_id }),
    ...(query.service === undefined ? {} : { service: query.service }),
    ...(query.start_time === undefined ? {} : { startTime: query.start_time }),
    ...(query.end_time === undefined ? {} : { endTime: query.end_time }),
    ...(query.q === undefined ? {} : { text: query.q }),
    ...(query.status === 'all' ? {} : { status: query.status ?? 'open' }),
  };
}
