import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { ApiPropertyOptional, OmitType } from '#openapi';
import type { ViolationGroupFilter } from '#store';
import { PageCursor, PageLimit } from '../request/page-query.js';
import { TEXT, yesOrNo } from '../request/query.js';
import { ViolationFilterQuery } from '../violations/filter/violation-filter-query.js';

export const GROUP_STATES = ['new', 'ongoing', 'regressed'] as const;

/** The query of `GET /v1/violations/groups`: the list's filters that apply to groups. */
export class ViolationGroupQuery extends OmitType(ViolationFilterQuery, ['group_id', 'trace_id', 'span_id', 'q']) {
  @ApiPropertyOptional({
    maxLength: 200,
    example: 'checkout',
    description: 'Part of the id or name of the rule, of the service or of the operation, in any case.',
  })
  @IsOptional()
  @IsString()
  @Matches(...TEXT)
  @MaxLength(200)
  q?: string;

  @ApiPropertyOptional({ example: 'viol-6b0c5a1f0d2e4c7b8a9d0e1f2a3b4c5d', description: 'The group in which this violation is.' })
  @IsOptional()
  @IsString()
  @Matches(...TEXT)
  @MaxLength(100)
  violation_id?: string;

  @ApiPropertyOptional({ enum: GROUP_STATES, enumName: 'GroupState' })
  @IsOptional()
  @IsIn(GROUP_STATES)
  state?: (typeof GROUP_STATES)[number];

  @ApiPropertyOptional({ type: Boolean, description: 'Whether it is acknowledged.' })
  @IsOptional()
  @Transform(yesOrNo)
  @IsBoolean()
  acknowledged?: boolean;

  @ApiPropertyOptional({ type: Boolean, description: 'Whether its rule is muted now, everywhere or in its service.' })
  @IsOptional()
  @Transform(yesOrNo)
  @IsBoolean()
  muted?: boolean;

  @PageLimit({ max: 500, fallback: 50 })
  limit?: number;

  @PageCursor()
  cursor?: string;
}

/** The query for the store: groups with open violations by default. */
export function groupFilter(query: ViolationGroupQuery): ViolationGroupFilter {
  return {
    ...(query.violation_id === undefined ? {} : { violationId: query.violation_id }),
    ...(query.rule_id === undefined ? {} : { ruleId: query.rule_id }),
    ...(query.severity === undefined ? {} : { severity: query.severity }),
    ...(query.service === undefined ? {} : { service: query.service }),
    ...(query.state === undefined ? {} : { state: query.state }),
    ...(query.acknowledged === undefined ? {} : { acknowledged: query.acknowledged }),
    ...(query.muted === undefined ? {} : { muted: query.muted }),
    ...(query.start_time === undefined ? {} : { startTime: query.start_time }),
    ...(query.end_time === undefined ? {} : { endTime: query.end_time }),
    ...(query.q === undefined ? {} : { text: query.q }),
    ...(query.status === 'all' ? {} : { status: query.status ?? 'open' }),
  };
}
