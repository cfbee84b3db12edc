import { IsString } from 'class-validator';
import type { Explanation, GivesUpFrom } from '#dsl';
import { ApiProperty, ApiPropertyOptional } from '#openapi';
import { ON_ERROR, type OnError } from '#records';
import { ExplanationView } from '../explanation.dto.js';
import { ProblemDetailView } from '../problem.dto.js';

export class ExpressionBody {
  @ApiProperty({ example: 'span.duration > 1s' })
  @IsString()
  expression!: string;
}

/** What the checker says about an expression. */
export class RuleCost {
  @ApiProperty({ description: 'Estimated CPU time for each span, if no other rule shares conditions with it.', example: 40 })
  nanoseconds_per_span!: number;

  @ApiProperty({ description: 'Memory per open trace, in addition to `buffers`.', example: 1 })
  bytes_per_trace!: number;

  @ApiProperty({ enum: ['nothing', 'columns', 'spans'], description: 'The values kept for every span of every open trace.' })
  buffers!: string;
}

export class GivesUpFromView implements GivesUpFrom {
  @ApiProperty({ description: 'On a trace of fewer spans the rule never gives up.', example: 450 })
  spans!: number;

  @ApiProperty({
    enum: ['trace', 'value'],
    description:
      '`trace`: on any trace with this many spans. `value`: on a trace where about this many spans share one value by which the rule joins them.',
  })
  per!: 'trace' | 'value';
}

export class ValidationResult {
  @ApiProperty({ description: 'It can be saved as a rule; there may be warnings.' })
  valid!: boolean;

  @ApiProperty({ type: [ProblemDetailView] })
  errors!: readonly ProblemDetailView[];

  @ApiProperty({ type: [ProblemDetailView] })
  warnings!: readonly ProblemDetailView[];

  @ApiPropertyOptional({ enum: ['span', 'trace'], description: 'The subject: each span, or the trace as a whole.' })
  subject?: 'span' | 'trace';

  @ApiPropertyOptional({ enum: ['span', 'online', 'columns', 'spans'], description: 'How much of a trace the rule needs to be judged.' })
  needs?: string;

  @ApiPropertyOptional({ enum: ['on_arrival', 'when_certain', 'at_close'], description: 'The earliest that it can fire.' })
  fires?: string;

  @ApiPropertyOptional({ description: 'The state it keeps and when it fires, in a sentence.' })
  summary?: string;

  @ApiPropertyOptional({ type: RuleCost })
  cost?: RuleCost;

  @ApiPropertyOptional({
    type: GivesUpFromView,
    nullable: true,
    description:
      'The number of spans from which the rule may exceed the steps of `rules.evaluation_timeout`, an error on that trace. ' +
      'null: it is decided on traces of up to 32,768 spans. Absent for a script, because it depends on the loops.',
  })
  gives_up_from?: GivesUpFromView | null;

  @ApiPropertyOptional({
    type: GivesUpFromView,
    nullable: true,
    description: 'The same on traces whose spans link to each other: there order is evaluated for each pair of spans.',
  })
  gives_up_from_with_links?: GivesUpFromView | null;
}

export class TestBody {
  @ApiProperty({ example: 'span.duration > 1s' })
  expression!: string;

  @ApiPropertyOptional({ enum: ON_ERROR, enumName: 'OnError', default: 'no_match', description: 'As in a rule.' })
  on_error?: OnError;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'One span, as in `POST /v1/spans`, without the members that the expression does not read.',
    example: { name: 'test-span', duration: 2000000000, status: 'ok' },
  })
  span?: unknown;

  @ApiPropertyOptional({
    type: 'object',
    properties: { spans: { type: 'array', items: { type: 'object', additionalProperties: true } } },
    description: 'A whole trace.',
  })
  trace?: unknown;

  @ApiPropertyOptional({
    example: '5b8efff798038103d269b633813fc60c',
    description: 'The trace of a violation, as long as the log keeps its spans. With the scope `rules:write` also a recent trace.',
  })
  trace_id?: string;
}

export class UndecidedView {
  @ApiProperty({ example: 'value_type' })
  code!: string;

  @ApiProperty({
    example: 'attribute.amount is "5000", which could not be compared or computed with: attempt to compare number with string',
  })
  reason!: string;
}

export class TestResult {
  @ApiProperty({ example: true })
  matches!: boolean;

  @ApiProperty({ example: 0.5 })
  evaluation_time_ms!: number;

  @ApiProperty({ type: ExplanationView, description: 'Each sub-condition with its value: why it matches, or why not.' })
  explanation!: Explanation;

  @ApiProperty({ type: [ProblemDetailView], description: 'Probable mistakes in the expression, with their positions.' })
  warnings!: readonly ProblemDetailView[];

  @ApiPropertyOptional({ type: UndecidedView, description: 'Why it is not known whether more matches.' })
  undecided?: UndecidedView;

  @ApiPropertyOptional({ type: [String], description: 'The spans that match.' })
  matched_spans?: readonly string[];

  @ApiPropertyOptional({ description: 'Why the evaluation failed, which is not a match.', example: 'attempt to compare nil with number' })
  error?: string;

  @ApiPropertyOptional({
    description: 'For a stored trace: false if the log has, or may have, already deleted some of its records.',
  })
  complete?: boolean;
}
