import { ApiProperty, ApiPropertyOptional } from '#openapi';

const REJECTED = {
  type: 'object',
  additionalProperties: { type: 'integer' },
  description: 'Spans that are not judged, by reason.',
  example: { no_trace_id: 2 },
} as const;
const UNACCOUNTED = 'The remainder that no other number explains: 0, or BeTrace has a defect (unless `exact` is false).';

/** Of the latest 1,000. Without any, the quantiles are absent. */
export class LatencyView {
  @ApiProperty({ type: 'integer', description: 'How many were measured.', example: 1000 })
  of!: number;

  @ApiPropertyOptional({ example: 0.012 })
  p50?: number;

  @ApiPropertyOptional({ example: 0.048 })
  p95?: number;

  @ApiPropertyOptional({ example: 0.11 })
  p99?: number;

  @ApiPropertyOptional({ example: 0.25 })
  max?: number;
}

/** received + unanswered + carried_over = the sum of all others. */
export class TotalAccount {
  @ApiProperty({ type: 'integer', description: 'Spans in requests that were answered with success since the process started.' })
  received!: number;

  @ApiProperty({ type: 'integer', description: 'Spans in the log whose senders got no success: they send them again.' })
  unanswered!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Spans that were in the log when the process started and were not judged to their end: they are judged again.',
  })
  carried_over!: number;

  @ApiProperty({ type: 'integer', description: 'Spans that were judged, once each.' })
  judged!: number;

  @ApiProperty({ type: 'integer', description: 'Spans that came before, with the same content or before their trace was forgotten.' })
  duplicates!: number;

  @ApiProperty({ type: 'integer', description: 'Spans that came before with other content: each form is judged.' })
  conflicts!: number;

  @ApiProperty({ type: 'integer', description: 'Forms of spans in progress that another form replaced.' })
  superseded!: number;

  @ApiProperty(REJECTED)
  rejected!: Readonly<Record<string, number>>;

  @ApiProperty({ type: 'integer', description: 'Spans that BeTrace emitted itself; they are not judged.' })
  own!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Spans that another producer wrote into the wrong partition, and that were appended again.',
  })
  moved!: number;

  @ApiProperty({ type: 'integer', description: 'Spans in the log that no evaluator has read yet.' })
  on_the_way!: number;

  @ApiProperty({ type: 'integer', description: 'Spans that an evaluator thread had judged to their end before it was started again.' })
  judged_before!: number;

  @ApiProperty({ type: 'integer', description: UNACCOUNTED })
  unaccounted!: number;
}

/** received = logged - unanswered + rejected + own. */
export class ReceiveAccount {
  @ApiProperty({ type: 'integer', description: 'Spans in requests that were answered with success.' })
  received!: number;

  @ApiProperty({ type: 'integer', description: 'Spans that the log has.' })
  logged!: number;

  @ApiProperty({ type: 'integer', description: 'Those whose senders have no successful answer (yet).' })
  unanswered!: number;

  @ApiProperty(REJECTED)
  rejected!: Readonly<Record<string, number>>;

  @ApiProperty({ type: 'integer', description: 'Spans that BeTrace emitted itself; they are not judged.' })
  own!: number;

  @ApiProperty({ type: 'integer', description: 'Spans of appends without a result yet.' })
  under_way!: number;

  @ApiProperty({ type: 'integer', description: 'Spans that the log did not confirm: their senders send them again.' })
  unconfirmed!: number;

  @ApiProperty({ type: 'integer', description: UNACCOUNTED })
  unaccounted!: number;

  @ApiProperty({ type: LatencyView, description: 'From the whole request to its answer.' })
  latency_seconds!: LatencyView;
}

export class EvaluatedPartitionAccount {
  @ApiProperty({ type: 'integer' })
  partition!: number;

  @ApiProperty({ type: 'integer', description: 'The offset at which its evaluator started.' })
  from_offset!: number;

  @ApiProperty({ type: 'integer', description: 'The offset that its evaluator reads next.' })
  position!: number;

  @ApiProperty({ type: 'integer', description: 'The offset after the last record that is counted here.' })
  end_offset!: number;

  @ApiProperty({ type: 'integer', description: 'Spans from `from_offset` up to `end_offset`.' })
  in_log!: number;

  @ApiProperty({ type: 'integer', description: 'Spans from `position` up to `end_offset`.' })
  on_the_way!: number;
}

/** in_log = judged + duplicates + conflicts + superseded + rejected + moved + on_the_way, of the partitions that this process evaluates. */
export class EvaluateAccount {
  @ApiProperty({ type: 'integer' })
  in_log!: number;

  @ApiProperty({ type: 'integer' })
  judged!: number;

  @ApiProperty({ type: 'integer' })
  duplicates!: number;

  @ApiProperty({ type: 'integer', description: 'Duplicates that came after their trace was forgotten.' })
  retried!: number;

  @ApiProperty({ type: 'integer' })
  conflicts!: number;

  @ApiProperty({ type: 'integer' })
  superseded!: number;

  @ApiProperty(REJECTED)
  rejected!: Readonly<Record<string, number>>;

  @ApiProperty({ type: 'integer' })
  moved!: number;

  @ApiProperty({ type: 'integer' })
  on_the_way!: number;

  @ApiProperty({ type: 'integer', description: UNACCOUNTED })
  unaccounted!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Records that were deleted before they were evaluated, with an unknown number of spans.',
  })
  expired_records!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Traces that may still get spans: rules that are judged at the close have not judged them yet.',
  })
  open_traces!: number;

  @ApiProperty({ type: [EvaluatedPartitionAccount] })
  partitions!: readonly EvaluatedPartitionAccount[];

  @ApiProperty({
    type: LatencyView,
    description: 'Of verdicts: from the log time at which a verdict was certain until the violations log had it.',
  })
  latency_seconds!: LatencyView;
}

export class KeepAccount {
  @ApiProperty({ type: 'integer', description: 'Violations (revisions) that were stored.' })
  kept!: number;

  @ApiProperty({ type: 'integer', description: 'Those whose content the store refuses; they are in the dead letter topic.' })
  refused!: number;

  @ApiProperty({ type: 'integer', description: 'Records that are not violations.' })
  unreadable!: number;

  @ApiPropertyOptional({
    type: 'integer',
    description: 'Records of the violations log that are not read yet, control records included; absent if the log does not report it.',
  })
  waiting_records?: number;

  @ApiProperty({ type: LatencyView, description: 'From the log time at which a verdict was certain until the API could return it.' })
  latency_seconds!: LatencyView;
}

/** The hops of this process. */
export class HopsView {
  @ApiPropertyOptional({ type: ReceiveAccount, description: 'Requests to spans log.' })
  receive?: ReceiveAccount;

  @ApiPropertyOptional({ type: EvaluateAccount, description: 'Spans log to verdicts.' })
  evaluate?: EvaluateAccount;

  @ApiPropertyOptional({ type: KeepAccount, description: 'Violations log to store.' })
  keep?: KeepAccount;
}

export class AccountingView {
  @ApiProperty({ format: 'date-time', description: 'The instant.' })
  at!: string;

  @ApiProperty({ format: 'date-time', description: 'When this process began to count.' })
  since!: string;

  @ApiProperty({ description: 'Whether everything was counted. If false, `inexact` names the rest.' })
  exact!: boolean;

  @ApiProperty({ type: [String], example: [] })
  inexact!: readonly string[];

  @ApiPropertyOptional({
    type: TotalAccount,
    description: 'From the request to the verdict; only where one process receives and evaluates, with a log of its own.',
  })
  total?: TotalAccount;

  @ApiProperty({ type: HopsView })
  hops!: HopsView;
}
