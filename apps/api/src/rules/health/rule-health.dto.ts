import { ApiProperty, ApiPropertyOptional } from '#openapi';

/** The results of a rule in the last 24 hours. */
export class RuleHealthView {
  @ApiProperty({
    format: 'date-time',
    description: 'Violations are counted from this time on, 24 hours ago. Evaluations are counted from the beginning of that hour.',
  })
  since!: string;

  @ApiProperty({ example: 12, description: 'Open violations.' })
  violations!: number;

  @ApiProperty({ example: 0, description: 'Judgements without a verdict, because of a limit or a defect.' })
  undecided!: number;

  @ApiProperty({ example: 1, description: 'Retracted violations.' })
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

  @ApiProperty({ example: 48_210, description: 'Evaluations; evaluators report them some seconds later.' })
  evaluations!: number;

  @ApiProperty({ example: 3, description: 'Evaluations that failed; a failed one is not a match.' })
  evaluation_errors!: number;

  @ApiProperty({
    example: 0.731,
    description: 'CPU seconds of its evaluation, including its share of common conditions.',
  })
  evaluation_seconds!: number;
}
