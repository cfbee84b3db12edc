import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '#openapi';
import { Problem } from '#platform';
import { ProblemDetailView } from '../../problem.dto.js';
import { ListOf } from '../../request/list-of.js';
import { yesOrNo } from '../../request/query.js';
import { RuleBody } from '../rule.dto.js';

export const IMPORT_MODES = ['merge', 'replace'] as const;
export type ImportMode = (typeof IMPORT_MODES)[number];

export class ImportBody {
  @ApiProperty({
    type: [RuleBody],
    description: 'As `POST /v1/rules` takes each. With `merge`, a `version` must be that of the stored rule; `replace` ignores it.',
  })
  @ListOf(() => RuleBody)
  rules!: RuleBody[];

  @ApiPropertyOptional({ enum: IMPORT_MODES, default: 'merge', description: '`replace` deletes every rule that is not among them.' })
  @IsOptional()
  @IsIn(IMPORT_MODES)
  mode?: ImportMode;

  @ApiPropertyOptional({ default: false, description: 'Returns what would change, and changes nothing.' })
  @IsOptional()
  @IsBoolean()
  dry_run?: boolean;

  @ApiPropertyOptional({ readOnly: true, description: 'Accepted and ignored, so that an answer of `GET /v1/rules` is an import.' })
  @IsOptional()
  @IsInt()
  total?: number;
}

/** The options of an import in the URL; equal to the body's members of the same names. */
export class ImportQuery {
  @ApiPropertyOptional({ enum: IMPORT_MODES, default: 'merge', description: '`replace` deletes every rule that is not among them.' })
  @IsOptional()
  @IsIn(IMPORT_MODES)
  mode?: ImportMode;

  @ApiPropertyOptional({ type: Boolean, default: false, description: 'Returns what would change, and changes nothing.' })
  @IsOptional()
  @Transform(yesOrNo)
  @IsBoolean()
  dry_run?: boolean;

  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description:
      'Runs the test cases of the rules that it would create or change. Where one fails nothing is imported: BT_API_IMPORT_TESTS_FAIL (422) names each.',
  })
  @IsOptional()
  @Transform(yesOrNo)
  @IsBoolean()
  run_tests?: boolean;
}

/** Merges the options of body and URL; `null` counts as absent. Throws BT_HTTP_INVALID where they differ. */
export function wholeImport(body: ImportBody, query: ImportQuery): ImportBody {
  const isSaid = (value: unknown): boolean => value !== undefined && value !== null;
  const differing = (['mode', 'dry_run'] as const).filter(
    (member) => isSaid(query[member]) && isSaid(body[member]) && query[member] !== body[member],
  );
  const errors = differing.map((path) => ({ path, message: `${path} is ${query[path]} in the address and ${body[path]} in the body` }));
  const [first] = errors;
  if (first !== undefined) throw new Problem('BT_HTTP_INVALID', first.message, { errors });
  const mode = query.mode ?? body.mode ?? undefined;
  const dry_run = query.dry_run ?? body.dry_run ?? undefined;
  return { rules: body.rules, ...(mode === undefined ? {} : { mode }), ...(dry_run === undefined ? {} : { dry_run }) };
}

export class ImportedRuleView {
  @ApiProperty({ example: 'slow-requests' })
  id!: string;

  @ApiProperty({ enum: ['created', 'updated', 'unchanged', 'deleted'] })
  action!: string;

  @ApiPropertyOptional({ description: 'After the import; absent for a deleted rule, and for one that a dry run would create or update.' })
  version?: number;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'object', properties: { from: {}, to: {} } },
    description: 'The differences, member by member; only for an updated rule.',
    example: { severity: { from: 'LOW', to: 'HIGH' } },
  })
  changes?: Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;

  @ApiProperty({ type: [ProblemDetailView], description: 'Probable mistakes in the expression, with their positions.' })
  warnings!: readonly ProblemDetailView[];
}

export class ImportResult {
  @ApiProperty({ enum: IMPORT_MODES })
  mode!: ImportMode;

  @ApiProperty({ example: false })
  dry_run!: boolean;

  @ApiProperty({ type: [ImportedRuleView], description: 'The rules of the body in order, then the deleted ones.' })
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
