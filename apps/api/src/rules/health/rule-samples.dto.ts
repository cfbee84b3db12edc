import { ApiProperty, ApiPropertyOptional } from '#openapi';
import { RULE_MODES, type RuleMode, type ShadowSample, VERDICT_STATUSES, type VerdictStatus } from '#records';

/** A verdict of a rule in shadow, which would be a violation if the rule were enforced. */
export class RuleSampleView {
  @ApiProperty({
    description: 'The id that the violation would have if the rule were enforced.',
    example: 'viol-0123456789abcdef0123456789abcdef',
  })
  id!: string;

  @ApiProperty({ example: 1 })
  revision!: number;

  @ApiProperty({ enum: VERDICT_STATUSES })
  status!: VerdictStatus;

  @ApiProperty({ description: 'The version of the rule that found it.', example: 2 })
  rule_version!: number;

  @ApiProperty({ example: '4bf92f3577b34da6a3ce929d0e0e4736' })
  trace_id!: string;

  @ApiProperty({ example: '00f067aa0ba902b7' })
  span_id!: string;

  @ApiProperty({ example: 'checkout' })
  service!: string;

  @ApiProperty({ format: 'date-time' })
  timestamp!: string;

  @ApiProperty({ example: 'slow-requests: span.duration > 1s' })
  message!: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'As for a violation; absent if it is larger than 32 KiB.',
  })
  explanation?: unknown;
}

export class RuleSamples {
  @ApiProperty({ example: 'slow-requests' })
  rule_id!: string;

  @ApiProperty({ enum: RULE_MODES, enumName: 'RuleMode', description: 'The current mode of the rule.' })
  mode!: RuleMode;

  @ApiProperty({ type: [RuleSampleView], description: 'Newest first, at most 20.' })
  samples!: readonly RuleSampleView[];
}

export function ruleSampleView({ timestamp_ms, ...sample }: ShadowSample): RuleSampleView {
  return { ...sample, timestamp: new Date(timestamp_ms).toISOString() };
}
