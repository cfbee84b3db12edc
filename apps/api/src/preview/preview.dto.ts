import { Transform, Type } from 'class-transformer';
import { IsIn, IsInt, IsNotEmpty, IsObject, IsOptional, IsString, Max, MaxLength, Min, ValidateNested } from 'class-validator';
import { RULE_TEXT_LIMITS } from '#dsl';
import { ApiProperty, ApiPropertyOptional } from '#openapi';
import { parseMilliseconds } from '#platform';
import { ON_ERROR, type OnError } from '#records';
import { ProblemDetailView } from '../problem.dto.js';
import { instant } from '../violations/filter/instant.js';

/** The last millisecond of JavaScript's dates. */
const LAST = 8_640_000_000_000_000;
export const MAX_SAMPLES = 50;
const MAX_WAIT_MS = 30_000;

/** A time, or a duration before now, which is negative (-0: now) until now is known. */
const asMoment = ({ value }: { value: unknown }): unknown => {
  if (value === null) return null;
  if (typeof value !== 'string' && typeof value !== 'number') return Number.NaN;
  const text = String(value);
  const ago = /^\s*\d+(\.\d+)?\s*$/.test(text) ? undefined : parseMilliseconds(text);
  return ago === undefined ? (instant(text) ?? Number.NaN) : -ago;
};
const moment = (name: string) => ({
  message: `${name} must be a time (RFC 3339, or Unix seconds), or how long ago it was (24h, 7d)`,
});

/** The rule to compare a candidate with. */
export class PreviewComparisonBody {
  @ApiPropertyOptional({
    example: 'slow-requests',
    description: 'The id or the name of a rule, which may be off; its current version is used.',
  })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(1_000)
  rule_id?: string;

  @ApiPropertyOptional({ example: 'span.duration > 1s', description: 'Or an expression of its own.' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  expression?: string;

  @ApiPropertyOptional({ enum: ON_ERROR, enumName: 'OnError', default: 'no_match', description: 'Of the expression.' })
  @IsOptional()
  @IsIn(ON_ERROR)
  on_error?: OnError;
}

/** A rule, stored or not, and the time range. */
export class PreviewBody {
  @ApiPropertyOptional({ example: 'span.duration > 500ms', description: 'Or `rule_id`.' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  expression?: string;

  @ApiPropertyOptional({
    example: 'slow-requests-2',
    description: 'The id or the name of a rule of the server, a candidate in shadow for example, in its current version. Or `expression`.',
  })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(1_000)
  rule_id?: string;

  @ApiPropertyOptional({
    enum: ON_ERROR,
    enumName: 'OnError',
    default: 'no_match',
    description: 'For `expression`; as in a rule.',
  })
  @IsOptional()
  @IsIn(ON_ERROR)
  on_error?: OnError;

  @ApiPropertyOptional({
    example: 'slow-requests',
    description: 'For `expression`; used in the messages of the samples.',
    default: 'preview',
  })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(RULE_TEXT_LIMITS.name)
  name?: string;

  @ApiPropertyOptional({ description: 'For `expression`, as in a rule; used in the messages of the samples.' })
  @IsOptional()
  @IsString()
  @MaxLength(RULE_TEXT_LIMITS.message)
  message?: string;

  @ApiPropertyOptional({
    type: String,
    example: '24h',
    description:
      'Start of the time range, by log time (when the first span of a trace was received): a time (RFC 3339, or Unix seconds), or a duration before ' +
      'now. Default: the whole log.',
  })
  @IsOptional()
  @Transform(asMoment)
  @Max(LAST, moment('from'))
  @Min(-LAST, moment('from'))
  from?: number;

  @ApiPropertyOptional({
    type: String,
    example: '2026-11-27T08:00:00Z',
    description: 'End of the time range, in the same formats. Default: now.',
  })
  @IsOptional()
  @Transform(asMoment)
  @Max(LAST, moment('to'))
  @Min(-LAST, moment('to'))
  to?: number;

  @ApiPropertyOptional({
    type: 'integer',
    default: 10,
    minimum: 0,
    maximum: MAX_SAMPLES,
    description: 'The maximum number of samples of each kind.',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_SAMPLES)
  samples?: number;

  @ApiPropertyOptional({
    type: PreviewComparisonBody,
    description: 'A rule to compare with, such as the one to be replaced: the answer has the difference, in traces.',
  })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => PreviewComparisonBody)
  compare_with?: PreviewComparisonBody;
}

export class PreviewQuery {
  @ApiPropertyOptional({
    type: String,
    default: '0s',
    example: '5s',
    description: 'Waits for the end of the preview, but no longer than this, at most `30s`.',
  })
  @IsOptional()
  @Transform(({ value }) => (typeof value === 'string' ? (parseMilliseconds(value) ?? Number.NaN) : Number.NaN))
  @IsInt({ message: 'wait must be a duration up to 30s, like 5s' })
  @Min(0, { message: 'wait must be a duration up to 30s, like 5s' })
  @Max(MAX_WAIT_MS, { message: 'wait must be a duration up to 30s, like 5s' })
  wait?: number;
}

export class PreviewProgressView {
  @ApiProperty({ example: 120_400, description: 'Records of the log in the range; a record has the spans of a request.' })
  records!: number;

  @ApiProperty({ example: 60_200 })
  records_read!: number;

  @ApiProperty({ example: 6_240, description: 'Traces that were judged so far.' })
  traces!: number;

  @ApiProperty({ example: 18, description: 'Those that the rule matches.' })
  matched_traces!: number;
}

export class PreviewBucketView {
  @ApiProperty({ format: 'date-time' })
  start!: string;

  @ApiProperty({ example: 520, description: 'Traces that began then and have closed.' })
  traces!: number;

  @ApiProperty({ example: 3 })
  matched_traces!: number;
}

/** A violation that the rule would have had. */
export class PreviewSampleView {
  @ApiProperty({ example: '4bf92f3577b34da6a3ce929d0e0e4736' })
  trace_id!: string;

  @ApiProperty({ example: '00f067aa0ba902b7' })
  span_id!: string;

  @ApiProperty({ example: 'checkout' })
  service!: string;

  @ApiProperty({ format: 'date-time', description: 'The log time at which it was certain.' })
  timestamp!: string;

  @ApiProperty({ example: 1 })
  revision!: number;

  @ApiProperty({ example: 'slow-requests: span.duration is 1.2s' })
  message!: string;

  @ApiProperty({ example: 'certain' })
  close_reason!: string;

  @ApiProperty({ description: 'The root and all parents were seen.' })
  complete!: boolean;

  @ApiPropertyOptional({ description: 'It was found in a part of a trace.' })
  fragment?: boolean;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'As for a violation; absent if it is larger than 32 KiB.',
  })
  explanation?: unknown;
}

export class PreviewErrorView {
  @ApiProperty({ example: 'attempt to compare nil with number' })
  message!: string;

  @ApiProperty({ example: 3 })
  count!: number;
}

export class PreviewCostView {
  @ApiProperty({ example: 120_400, description: 'Records of the range.' })
  records!: number;

  @ApiProperty({ example: 14.2, description: 'How long the preview took; it takes a part of one processor only.' })
  elapsed_seconds!: number;

  @ApiProperty({ example: 251_004, description: 'Of spans for a rule about spans, of traces for one about traces.' })
  evaluations!: number;

  @ApiProperty({ example: 0.31, description: 'Processor time of these evaluations, in seconds; estimated from a part of them.' })
  evaluation_seconds!: number;

  @ApiProperty({ example: 0, description: 'Evaluations that failed; a failed one is not a match.' })
  evaluation_errors!: number;

  @ApiProperty({ example: 0, description: 'Judgements without a verdict, because of a limit or a defect.' })
  undecided!: number;

  @ApiProperty({ type: [PreviewErrorView], description: 'The first five kinds of errors.' })
  errors!: readonly PreviewErrorView[];
}

/** The limits of a preview's result. */
export class PreviewLimitsView {
  @ApiProperty({
    example: 2,
    description: 'Traces that are open at the end of the log: their matches so far count, and may be retracted.',
  })
  open_traces!: number;

  @ApiProperty({ example: 1, description: 'Traces that were open when the range began: they are left out.' })
  began_before!: number;

  @ApiProperty({ example: 0, description: 'Records that the embedded log deleted before the preview read them.' })
  deleted_records!: number;

  @ApiProperty({ example: 0, description: 'Defects of BeTrace during the preview: something was not judged.' })
  defects!: number;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'In some partitions traces count only from then on: the log no longer has enough earlier records.',
  })
  known_from?: string;
}

/** The difference to the rule that the candidate would replace, in traces. */
export class PreviewComparisonView {
  @ApiProperty({ example: 12, description: 'Traces that only the candidate matches.' })
  only_new!: number;

  @ApiProperty({ example: 3, description: 'Traces that only the compared rule matches.' })
  only_old!: number;

  @ApiProperty({ example: 25 })
  both!: number;

  @ApiProperty({ type: [PreviewSampleView] })
  only_new_samples!: readonly PreviewSampleView[];

  @ApiProperty({ type: [PreviewSampleView], description: 'With the message and the explanation of that rule.' })
  only_old_samples!: readonly PreviewSampleView[];

  @ApiProperty({ type: [PreviewSampleView], description: 'With the message and the explanation of the candidate.' })
  both_samples!: readonly PreviewSampleView[];

  @ApiProperty({ type: PreviewCostView, description: 'The cost of the compared rule.' })
  cost!: PreviewCostView;
}

export class PreviewResultView {
  @ApiProperty({ format: 'date-time', description: 'The requested range, but no earlier than the log begins.' })
  from!: string;

  @ApiProperty({ format: 'date-time' })
  to!: string;

  @ApiProperty({ example: 12_480, description: 'Traces that began in this time. Each fragment of a long trace counts.' })
  traces!: number;

  @ApiProperty({ example: 37 })
  matched_traces!: number;

  @ApiProperty({ example: 41, description: 'Violations that would be open; a rule about spans may have several in one trace.' })
  violations!: number;

  @ApiProperty({ example: 1_800 })
  interval_seconds!: number;

  @ApiProperty({ type: [PreviewBucketView], description: 'By the log time at which traces began; at most 60.' })
  histogram!: readonly PreviewBucketView[];

  @ApiProperty({ type: [PreviewSampleView], description: 'Newest first, at most two of a trace.' })
  samples!: readonly PreviewSampleView[];

  @ApiProperty({ type: PreviewCostView })
  cost!: PreviewCostView;

  @ApiProperty({ type: PreviewLimitsView })
  limits!: PreviewLimitsView;

  @ApiPropertyOptional({ type: PreviewComparisonView })
  comparison?: PreviewComparisonView;
}

export class PreviewProblemView {
  @ApiProperty({ example: 'BT_API_PREVIEW_TIMEOUT' })
  code!: string;

  @ApiProperty({ example: 'The preview took longer than 600 s.' })
  message!: string;
}

export const PREVIEW_STATES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;

export class PreviewView {
  @ApiProperty({ example: 'preview-0b7c2f9e-5d1a-4c8e-9f3b-2a6d8e4c1b7f' })
  id!: string;

  @ApiProperty({ enum: PREVIEW_STATES, enumName: 'PreviewState' })
  state!: (typeof PREVIEW_STATES)[number];

  @ApiProperty({ example: 'span.duration > 500ms' })
  expression!: string;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ example: 'api-key', description: 'The name of the key that was used, or `anonymous`.' })
  created_by!: string;

  @ApiPropertyOptional({ format: 'date-time' })
  started_at?: string;

  @ApiPropertyOptional({ format: 'date-time' })
  ended_at?: string;

  @ApiPropertyOptional({ type: PreviewProgressView, description: 'Absent until the thread has begun.' })
  progress?: PreviewProgressView;

  @ApiPropertyOptional({ type: PreviewResultView, description: 'When it is done.' })
  result?: PreviewResultView;

  @ApiPropertyOptional({ type: PreviewProblemView, description: 'When it failed.' })
  error?: PreviewProblemView;

  @ApiPropertyOptional({ type: [ProblemDetailView], description: 'Probable mistakes in the expression; in the response to POST.' })
  warnings?: readonly ProblemDetailView[];
}

export class PreviewList {
  @ApiProperty({ type: [PreviewView], description: 'Of this process, the newest first, without their results.' })
  previews!: readonly PreviewView[];
}
