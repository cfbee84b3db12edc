import { ApiProperty, ApiPropertyOptional } from '#openapi';

/** One mistake, with its place. */
export class ProblemDetailView {
  @ApiPropertyOptional({ example: 'spans[3].trace_id' })
  path?: string;

  @ApiPropertyOptional({ example: 1 })
  line?: number;

  @ApiPropertyOptional({ example: 6 })
  column?: number;

  @ApiPropertyOptional({ example: 1, description: 'With `end_column` the place after the last character.' })
  end_line?: number;

  @ApiPropertyOptional({ example: 15 })
  end_column?: number;

  @ApiPropertyOptional({ example: 'BT_DSL_UNKNOWN_FIELD' })
  code?: string;

  @ApiPropertyOptional({ enum: ['error', 'warning'] })
  severity?: string;

  @ApiProperty({ example: "'span' has no field 'durations'" })
  message!: string;

  @ApiPropertyOptional()
  expected?: string;

  @ApiPropertyOptional({ example: 'duration' })
  suggestion?: string;

  @ApiPropertyOptional({
    type: 'object',
    properties: { start: { type: 'integer' }, end: { type: 'integer' }, text: { type: 'string' } },
    example: { start: 5, end: 14, text: 'duration' },
    description: 'What to write instead of the characters from `start` to `end` (UTF-16 offsets), where that is certain.',
  })
  fix?: { readonly start: number; readonly end: number; readonly text: string };
}

/** Problem details (RFC 9457), the body of every error of the API. */
export class ProblemView {
  @ApiProperty({ example: 'urn:betrace:error:BT_API_RULE_NOT_FOUND' })
  type!: string;

  @ApiProperty({ example: 'Not found' })
  title!: string;

  @ApiProperty({ example: 404 })
  status!: number;

  @ApiProperty({ example: 'There is no rule slow. GET /v1/rules lists the ids.' })
  detail!: string;

  @ApiPropertyOptional({ example: '/v1/rules/slow' })
  instance?: string;

  @ApiProperty({ example: 'BT_API_RULE_NOT_FOUND' })
  code!: string;

  @ApiPropertyOptional({ type: [ProblemDetailView] })
  errors?: readonly ProblemDetailView[];
}
