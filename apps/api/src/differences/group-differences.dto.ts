import { quoted } from '#base';
import { ApiProperty, ApiPropertyOptional, OmitType } from '#openapi';
import { PageLimit } from '../request/page-query.js';
import { ViolationFilterQuery } from '../violations/filter/violation-filter-query.js';
import type { Difference, GroupDifference } from './group-differences.js';
import { FEATURE_PLACES } from './trace-features.js';

/** Selects the newest violations of the group in a period. */
export class GroupDifferencesQuery extends OmitType(ViolationFilterQuery, [
  'rule_id',
  'severity',
  'trace_id',
  'span_id',
  'service',
  'status',
  'q',
]) {
  @PageLimit({ max: 200, fallback: 20 })
  limit?: number;
}

export class DifferenceView {
  @ApiProperty({
    enum: FEATURE_PLACES,
    description: 'An attribute of a span, an attribute of the resource, or a field of a span: `name`, `status` or `kind`.',
  })
  on!: string;

  @ApiProperty({ example: 'deployment.version' })
  name!: string;

  @ApiPropertyOptional({
    example: '1.4.2',
    oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
    description: 'Absent: any value. Values of attributes that `attributes.sensitive` names are never shown.',
  })
  value?: string | number | boolean;

  @ApiProperty({ example: 38, description: 'Violating traces that have it, of `violating_traces`.' })
  violating!: number;

  @ApiProperty({ example: 12, description: 'Others that have it, of `other_traces`.' })
  other!: number;

  @ApiProperty({
    example: 0.81,
    description: 'A lower bound of the difference between the two shares, with 99.9 % confidence: from 0 to 1.',
  })
  at_least!: number;

  @ApiProperty({
    example: 'span.resource["deployment.version"] == "1.4.2"',
    description: 'A condition in BeTraceDSL that spans with it satisfy.',
  })
  condition!: string;
}

export class GroupDifferencesView {
  @ApiProperty({ example: 'grp-6b0c5a1f0d2e4c7b8a9d0e1f2a3b4c5d' })
  id!: string;

  @ApiProperty({ example: 40, description: 'Traces of the newest violations of the group that were compared.' })
  violating_traces!: number;

  @ApiProperty({
    example: 512,
    description:
      'Complete traces from the same part of the log that contain the service and do not violate the rule. Those that are not judged yet are among them.',
  })
  other_traces!: number;

  @ApiProperty({ type: [DifferenceView], description: 'What more violating traces have than others, the largest difference first.' })
  differences!: readonly DifferenceView[];

  @ApiProperty({ example: 3, description: 'How many differences there are.' })
  total!: number;

  @ApiProperty({ example: 9_421, description: 'Spans that were read.' })
  sampled_spans!: number;

  @ApiProperty({
    description: 'Some values were not compared: there are too many different ones, or they have more than 1,000 characters.',
  })
  more!: boolean;

  @ApiPropertyOptional({ format: 'date-time', description: 'When the first of these spans was received. Absent when the log has none.' })
  since?: string;

  @ApiPropertyOptional({ format: 'date-time' })
  until?: string;
}

export function differencesView(id: string, limit: number, { differences, sample, ...found }: GroupDifference): GroupDifferencesView {
  const { since, until } = sample;
  return {
    id,
    violating_traces: found.violating,
    other_traces: found.other,
    differences: differences.slice(0, limit).map(differenceView),
    total: differences.length,
    sampled_spans: sample.spans,
    more: found.more,
    ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  };
}

function differenceView(difference: Difference): DifferenceView {
  const { on, name, value, violating, other, least } = difference;
  const at_least = Math.round(least * 1_000) / 1_000;
  return { on, name, ...(value === undefined ? {} : { value }), violating, other, at_least, condition: conditionOf(difference) };
}

function conditionOf({ on, name, value }: Difference): string {
  const read = on === 'field' ? `span.${name}` : `span.${on === 'span' ? 'attributes' : 'resource'}[${quoted(name)}]`;
  if (value === undefined) return `${read} != nil`;
  return `${read} == ${typeof value === 'string' ? quoted(value) : value}`;
}
