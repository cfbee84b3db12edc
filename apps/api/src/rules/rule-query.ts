import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, IsString } from 'class-validator';
import { ApiPropertyOptional } from '#openapi';
import type { StoredRule } from '#store';
import { SEVERITIES } from '../severity.js';

const parsedBoolean = ({ value }: { value: unknown }): unknown => (value === 'true' ? true : value === 'false' ? false : value);
const upperCase = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.toUpperCase() : value);

/** The query of `GET /v1/rules`. */
export class RuleQuery {
  @ApiPropertyOptional({ type: Boolean })
  @IsOptional()
  @Transform(parsedBoolean)
  @IsBoolean()
  enabled?: boolean;

  @ApiPropertyOptional({ enum: SEVERITIES, enumName: 'Severity' })
  @IsOptional()
  @Transform(upperCase)
  @IsIn(SEVERITIES)
  severity?: string;

  @ApiPropertyOptional({ example: 'performance' })
  @IsOptional()
  @IsString()
  tag?: string;

  @ApiPropertyOptional({ description: 'Part of the id, name, description or expression, in any case.' })
  @IsOptional()
  @IsString()
  search?: string;
}

export function matchesQuery(rule: StoredRule, query: RuleQuery): boolean {
  const search = query.search?.toLowerCase();
  return (
    (query.enabled === undefined || rule.enabled === query.enabled) &&
    (query.severity === undefined || rule.severity === query.severity) &&
    (query.tag === undefined || rule.tags.includes(query.tag)) &&
    (search === undefined || [rule.id, rule.name, rule.description, rule.expression].some((text) => text.toLowerCase().includes(search)))
  );
}
