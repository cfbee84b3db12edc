import { ApiProperty, ApiPropertyOptional } from '#openapi';

/** The results of a rule in the last 24 hours. */
export class RuleHealthView {
  @ApiProperty({
    format: 'date-time',
    description: 'From when violations are counted: 24 hours ago. Evaluations are counted from the beginning of that hour.',
  })
  since!: string;

  @ApiProperty({ example: 12, description: 'Violations that stand.' })
  violations!: number;

  @ApiProperty({ example: 0, description: 'Judgements that a limit or a defect kept from a verdict.' })
  undecided!: number;

  @ApiProperty({ example: 1, description: 'Violations that were taken back.' })
  retracted!: number;

  @ApiProperty({
    example: false,
    description:
      'No match is known at any time, including shadow. (Violations older than the retention are deleted, and matches in shadow with their samples.)',
  })
  never_matched!: boolean;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'When the last violation, or sample of the rule in shadow, was certain; absent when none is known.',
  })
  last_match_at?: string;

  @ApiProperty({ example: 48_210, description: 'Evaluations, as evaluators tell some seconds later.' })
  evaluations!: number;

  @ApiProperty({ example: 3, description: 'Evaluations that failed; a failed one is not a match.' })
  evaluation_errors!: number;

  @ApiProperty({
    example: 0.731,
    description: 'CPU seconds of its evaluation, including its share of common conditions.',
  })
  evaluation_seconds!: number;
}
