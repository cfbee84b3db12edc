import { Type } from 'class-transformer';
import { IsArray, IsBoolean, IsIn, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '#openapi';
import { ProblemDetailView } from '../problem.dto.js';
import { RuleBody } from './rule.dto.js';

export const IMPORT_MODES = ['merge', 'replace'] as const;
export type ImportMode = (typeof IMPORT_MODES)[number];

export class ImportBody {
  @ApiProperty({ type: [RuleBody], description: 'As `POST /v1/rules` takes each. A `version` is that of the rule that it changes.' })
  @IsArray()
  // Of what is an array itself only the elements would be looked at.
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => RuleBody)
  rules!: RuleBody[];

  @ApiPropertyOptional({ enum: IMPORT_MODES, default: 'merge', description: '`replace` deletes every rule that is not among them.' })
  @IsOptional()
  @IsIn(IMPORT_MODES)
  mode?: ImportMode;

  @ApiPropertyOptional({ default: false, description: 'Says what would change, and changes nothing.' })
  @IsOptional()
  @IsBoolean()
  dry_run?: boolean;
}

export class ImportedRuleView {
  @ApiProperty({ example: 'slow-requests' })
  id!: string;

  @ApiProperty({ enum: ['created', 'updated', 'unchanged', 'deleted'] })
  action!: string;

  @ApiPropertyOptional({ description: 'After the import; absent of a deleted rule, and of one that a dry run would create or update.' })
  version?: number;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'object', properties: { from: {}, to: {} } },
    description: 'What differs, member by member; only of an updated rule.',
    example: { severity: { from: 'LOW', to: 'HIGH' } },
  })
  changes?: Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;

  @ApiProperty({ type: [ProblemDetailView], description: 'What the expression hardly means as it stands, with its place.' })
  warnings!: readonly ProblemDetailView[];
}

export class ImportResult {
  @ApiProperty({ enum: IMPORT_MODES })
  mode!: ImportMode;

  @ApiProperty({ example: false })
  dry_run!: boolean;

  @ApiProperty({ type: [ImportedRuleView], description: 'The rules of the body in their order, then those that were deleted.' })
  rules!: readonly ImportedRuleView[];

  @ApiProperty({ example: 1 })
  created!: number;

  @ApiProperty({ example: 0 })
  updated!: number;

  @ApiProperty({ example: 0 })
  unchanged!: number;

  @ApiProperty({ example: 0 })
  deleted!: number;
}
