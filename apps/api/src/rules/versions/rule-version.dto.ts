import { ApiProperty, ApiPropertyOptional } from '#openapi';
import type { RuleVersion } from '#store';
import { PageLimit, PageNumberCursor } from '../../request/page-query.js';
import { RuleView, ruleView } from '../rule.dto.js';
import { changesBetween, type RuleChanges } from './rule-changes.js';

/** The query of `GET /v1/rules/{id}/versions`. */
export class RuleVersionQuery {
  @PageLimit({ max: 1_000, fallback: 100 })
  limit?: number;

  @PageNumberCursor()
  cursor?: number;
}

/** One change of a rule. */
export class RuleVersionView {
  @ApiProperty({ example: 2 })
  version!: number;

  @ApiProperty({ enum: ['created', 'updated', 'deleted'] })
  action!: 'created' | 'updated' | 'deleted';

  @ApiProperty({ format: 'date-time' })
  changed_at!: string;

  @ApiPropertyOptional({
    example: 'api-key',
    description:
      'The name of the key that was used, or `anonymous`. Absent for a version that was taken over from the log, or made before names were recorded.',
  })
  changed_by?: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'object', properties: { from: {}, to: {} } },
    description: 'The differences to the previous version, member by member; only for `updated`.',
    example: { severity: { from: 'LOW', to: 'HIGH' } },
  })
  changes?: RuleChanges;

  @ApiPropertyOptional({ type: RuleView, description: 'The rule as it was; absent for `deleted`.' })
  rule?: RuleView;
}

export class RuleVersionList {
  @ApiProperty({ example: 'slow-requests' })
  rule_id!: string;

  @ApiProperty({ type: [RuleVersionView], description: 'Newest first.' })
  versions!: readonly RuleVersionView[];

  @ApiPropertyOptional({ description: 'Pass as `cursor` for the next page; absent on the last.' })
  next?: string;
}

/** A version, with its changes from the previous one, if there is one. */
export function ruleVersionView({ version, changedAt, changedBy, rule }: RuleVersion, before: RuleVersion | undefined): RuleVersionView {
  const was = before?.rule;
  return {
    version,
    action: rule === undefined ? 'deleted' : was === undefined ? 'created' : 'updated',
    changed_at: new Date(changedAt).toISOString(),
    ...(changedBy === undefined ? {} : { changed_by: changedBy }),
    ...(rule === undefined || was === undefined ? {} : { changes: changesBetween(was, rule) }),
    ...(rule === undefined ? {} : { rule: ruleView(rule) }),
  };
}
