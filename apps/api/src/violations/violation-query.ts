import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import { ApiPropertyOptional } from '#openapi';
import type { ViolationFilter } from '#store';
import { SettleQuery } from '../settle/settle-query.js';
import { SEVERITIES } from '../severity.js';
import { instant } from './instant.js';

const INSTANT = 'Unix seconds (also with decimals, or milliseconds to nanoseconds by the number of digits) or RFC 3339';

const listed = ({ value }: { value: unknown }): unknown =>
  [value].flat().flatMap((item) => (typeof item === 'string' ? item.split(',').map((word) => word.trim().toUpperCase()) : [item]));

const STATUSES = ['open', 'retracted', 'undecided', 'all'] as const;

/** NaN stands for a text that is no point in time: the validator refuses it with its message. */
const parsedInstant = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? (instant(value) ?? Number.NaN) : Number.NaN);

/** What no filter can ask for, on any database. */
const TEXT = [/^[^\p{Cc}\p{Cs}]*$/u, { message: '$property must hold no control characters' }] as const;

const parsedInteger = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : Number.NaN;

/** The query of `GET /v1/violations`. */
export class ViolationQuery extends SettleQuery {
  @ApiPropertyOptional({
    enum: ['true', 'false'],
    description:
      'Answers when all that was acknowledged before is judged, also the traces that were open, and kept: 504 when that takes longer than `timeout`. ' +
      'Default: `true` in test mode, else `false`.',
  })
  @IsOptional()
  @IsIn(['true', 'false'])
  settled?: 'true' | 'false';

  @ApiPropertyOptional({ example: 'slow-requests' })
  @IsOptional()
  @IsString()
  @Matches(...TEXT)
  rule_id?: string;

  @ApiPropertyOptional({ enum: SEVERITIES, enumName: 'Severity', isArray: true, description: 'Repeated, or separated by commas.' })
  @IsOptional()
  @Transform(listed)
  @IsIn(SEVERITIES, { each: true, message: `severity must be one of ${SEVERITIES.join(', ')}` })
  severity?: string[];

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @Matches(...TEXT)
  trace_id?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @Matches(...TEXT)
  span_id?: string;

  @ApiPropertyOptional({ example: 'checkout' })
  @IsOptional()
  @IsString()
  @Matches(...TEXT)
  service?: string;

  @ApiPropertyOptional({ enum: STATUSES, default: 'open', description: '`undecided`: what a limit or a defect kept from a verdict.' })
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

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 1_000, default: 100 })
  @IsOptional()
  @Transform(parsedInteger)
  @IsInt({ message: 'limit must be a whole number from 1 to 1000' })
  @Min(1, { message: 'limit must be a whole number from 1 to 1000' })
  @Max(1_000, { message: 'limit must be a whole number from 1 to 1000' })
  limit?: number;

  @ApiPropertyOptional({ description: '`next` of the page before.' })
  @IsOptional()
  @IsString()
  @Matches(...TEXT)
  after?: string;

  @ApiPropertyOptional({ enum: ['summary', 'full'], default: 'summary', description: '`full` answers every member of each violation.' })
  @IsOptional()
  @IsIn(['summary', 'full'])
  view?: 'summary' | 'full';
}

/** What the store is asked: open violations, unless the query says otherwise. */
export function violationFilter(query: ViolationQuery): ViolationFilter {
  return {
    ...(query.rule_id === undefined ? {} : { ruleId: query.rule_id }),
    ...(query.severity === undefined ? {} : { severity: query.severity }),
    ...(query.trace_id === undefined ? {} : { traceId: query.trace_id }),
    ...(query.span_id === undefined ? {} : { spanId: query.span_id }),
    ...(query.service === undefined ? {} : { service: query.service }),
    ...(query.start_time === undefined ? {} : { startTime: query.start_time }),
    ...(query.end_time === undefined ? {} : { endTime: query.end_time }),
    ...(query.status === 'all' ? {} : { status: query.status ?? 'open' }),
  };
}
