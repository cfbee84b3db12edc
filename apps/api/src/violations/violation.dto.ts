import { ApiProperty, ApiPropertyOptional } from '#openapi';
import { SEVERITIES, VERDICT_STATUSES, type ViolationRecord } from '#records';
import type { StoredViolation } from '#store';
import { ExplanationView } from '../explanation.dto.js';

/** A violation in lists. */
export class ViolationSummary {
  @ApiProperty({ example: 'viol-6b0c5a1f0d2e4c7b8a9d0e1f2a3b4c5d' })
  id!: string;

  @ApiProperty({ example: 'slow-requests' })
  rule_id!: string;

  @ApiProperty({ example: 'slow-requests' })
  rule_name!: string;

  @ApiProperty({ enum: SEVERITIES, enumName: 'Severity' })
  severity!: string;

  @ApiProperty({ example: 'test-trace-001', description: 'As it was sent: 32 hex digits, or the text that a client used instead.' })
  trace_id!: string;

  @ApiProperty({ example: 'test-span-001', description: 'The offending span; for a trace rule the first witness.' })
  span_id!: string;

  @ApiProperty({ example: 1699000002, description: 'Unix seconds at which the violation was certain.' })
  timestamp!: number;

  @ApiProperty({ type: 'object', additionalProperties: true, example: { span_name: 'slow-operation', duration_ms: 2000 } })
  metadata!: Readonly<Record<string, string | number | boolean>>;

  @ApiPropertyOptional({
    description:
      'True if only a part of the trace was judged, or its root had not arrived: spans that seem missing may be elsewhere. Otherwise absent.',
  })
  fragment?: boolean;

  @ApiProperty({ enum: VERDICT_STATUSES, description: 'The current status.' })
  status!: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { code: 'step_limit', reason: 'the rule took more steps than it may on one trace' },
    description: 'Why there is no verdict: a stable code and a text. Only with the status `undecided`.',
  })
  undecided?: { readonly code: string; readonly reason: string };
}

/** A violation with all details. */
export class ViolationDetail extends ViolationSummary {
  @ApiProperty({ description: 'Counts from 1; a late span can make a new revision.', example: 1 })
  revision!: number;

  @ApiProperty({ example: 1 })
  rule_version!: number;

  @ApiProperty({ example: 'checkout' })
  service!: string;

  @ApiProperty()
  message!: string;

  @ApiProperty({ type: ExplanationView, description: 'Why: each sub-condition with its value and its witness spans.' })
  explanation!: unknown;

  @ApiProperty({ description: 'Why the trace was judged at that time; `certain`: before it closed.', example: 'certain' })
  close_reason!: string;

  @ApiProperty({ description: 'The root span and every parent had been seen.' })
  complete!: boolean;

  @ApiProperty({ description: 'OTLP trace id (hex).' })
  wire_trace_id!: string;

  @ApiProperty({ description: 'OTLP span id (hex).' })
  wire_span_id!: string;

  @ApiProperty({ description: 'Unix milliseconds.' })
  timestamp_ms!: number;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'Where the trace is in the spans log.' })
  log!: { readonly partition: number; readonly first_offset: number; readonly last_offset: number };

  @ApiProperty({ description: 'The key that made the signature.' })
  key_id!: string;

  @ApiProperty({ description: 'HMAC-SHA256 (hex) over the canonical form (RFC 8785) of the record.' })
  signature!: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, description: 'Ed25519, when a private key is configured.' })
  public_signature?: { readonly key_id: string; readonly signature: string };

  @ApiPropertyOptional({
    example: 'http_413',
    description:
      'The answer by which the OTLP endpoint refused this revision permanently: it was not exported. Not part of the signed record.',
  })
  export_refused?: string;
}

export class ViolationList {
  @ApiProperty({ type: [ViolationSummary] })
  violations!: readonly ViolationSummary[];

  @ApiProperty({
    description:
      'The number that matches the filter, on all pages. Without `count=exact` it is at most 10,000, and with `q` only that of this page.',
    example: 1,
  })
  total!: number;

  @ApiPropertyOptional({
    enum: ['at_least'],
    description: 'There are more than `total`; with `q`, there may be. Absent where that is exact.',
  })
  total_is?: 'at_least';

  @ApiPropertyOptional({
    description: 'Pass as `cursor` for the next page; absent on the last. With `q` there may be one after a short page, or an empty one.',
  })
  next?: string;
}

export class StandingRevision {
  @ApiProperty({ example: 2 })
  revision!: number;

  @ApiProperty({ description: '`log.first_offset` of the revision: a trace that is judged in fragments counts its revisions in each.' })
  first_offset!: number;
}

export class ViolationRevisionList {
  @ApiProperty({ example: 'viol-6b0c5a1f0d2e4c7b8a9d0e1f2a3b4c5d' })
  id!: string;

  @ApiProperty({ type: StandingRevision, description: 'The revision that lists and `GET /v1/violations/{id}` return.' })
  standing!: StandingRevision;

  @ApiProperty({ type: [ViolationDetail] })
  revisions!: readonly ViolationDetail[];

  @ApiProperty({ example: 2 })
  total!: number;
}

type Recorded = Pick<StoredViolation, 'record' | 'exportRefused'>;

export function signedRecord(violation: Recorded): ViolationRecord {
  return JSON.parse(violation.record) as ViolationRecord;
}

/** Lists each member, because the shape is a promise: new members of the record must not appear by themselves. */
export function violationSummary(stored: Recorded): ViolationSummary {
  const record = signedRecord(stored);
  return {
    id: record.id,
    rule_id: record.rule_id,
    rule_name: record.rule_name,
    severity: record.severity,
    trace_id: record.trace_id,
    span_id: record.span_id,
    timestamp: Math.floor(record.timestamp_ms / 1000),
    metadata: record.metadata,
    ...(record.fragment === undefined ? {} : { fragment: record.fragment }),
    status: record.status,
    ...(record.undecided === undefined ? {} : { undecided: record.undecided }),
  };
}

export function violationDetail(stored: Recorded): ViolationDetail {
  const record = signedRecord(stored);
  const { exportRefused } = stored;
  const refused = exportRefused === undefined ? {} : { export_refused: exportRefused };
  return { ...record, timestamp: Math.floor(record.timestamp_ms / 1000), ...refused };
}
