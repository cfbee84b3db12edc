import { ApiProperty, ApiPropertyOptional } from '#openapi';
import {
  type PlainMap,
  type PlainValue,
  plainMap,
  type Scope,
  SPAN_KINDS,
  type Span,
  STATUS_CODES,
  shownIds,
  shownLinkIds,
  spanAttributes,
  type TraceRequest,
} from '#otlp';

/** The instrumentation library that created the span. */
export class ScopeView {
  @ApiProperty({ example: '@opentelemetry/instrumentation-http' })
  name!: string;

  @ApiPropertyOptional({ example: '0.57.1' })
  version?: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  attributes?: unknown;
}

/** Another span to which a span links. */
export class LinkView {
  @ApiProperty({ example: '0af7651916cd43dd8448eb211c80319c' })
  trace_id!: string;

  @ApiProperty({ example: 'b7ad6b7169203331' })
  span_id!: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  attributes?: unknown;
}

/** A span as in `POST /v1/spans`, with its ids as sent. Nanoseconds are text, because JavaScript's numbers would round them. */
export class SpanView {
  @ApiProperty({ example: '5b8efff798038103d269b633813fc60c' })
  trace_id!: string;

  @ApiProperty({ example: 'eee19b7ec3c1b174' })
  span_id!: string;

  @ApiPropertyOptional({ description: 'Absent for a root span.' })
  parent_id?: string;

  @ApiProperty({ example: 'slow-operation' })
  name!: string;

  @ApiProperty({ example: 'checkout' })
  service!: string;

  @ApiProperty({ enum: SPAN_KINDS })
  kind!: string;

  @ApiProperty({ enum: STATUS_CODES })
  status!: string;

  @ApiPropertyOptional()
  status_message?: string;

  @ApiProperty({ example: '1699000000000000000', description: 'Nanoseconds since the Unix epoch.' })
  start_time!: string;

  @ApiProperty({ example: '1699000002000000000' })
  end_time!: string;

  @ApiProperty({ example: 2000, description: 'Milliseconds.' })
  duration_ms!: number;

  @ApiProperty({ type: 'object', additionalProperties: true })
  attributes!: unknown;

  @ApiProperty({ type: 'object', additionalProperties: true })
  resource!: unknown;

  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } })
  events!: readonly unknown[];

  @ApiPropertyOptional({ type: [LinkView], description: 'Absent without links.' })
  links?: readonly LinkView[];

  @ApiPropertyOptional({ type: ScopeView, description: 'Absent where the sender named none.' })
  scope?: ScopeView;
}

export class TraceView {
  @ApiProperty({ example: 'test-trace-001' })
  trace_id!: string;

  @ApiProperty({ example: '5b8efff798038103d269b633813fc60c' })
  wire_trace_id!: string;

  @ApiProperty({ description: 'False if the log has, or may have, already deleted some of the records of the trace.' })
  complete!: boolean;

  @ApiProperty({ type: [SpanView] })
  spans!: readonly SpanView[];

  @ApiPropertyOptional({
    format: 'date-time',
    description:
      'Spans that come after this log time are not judged together with these: `traces.idle_timeout` and `traces.late_window` after the last of ' +
      'them, and at most `traces.max_age` and `traces.late_window` after the first. A pause of the log extends it. Absent if the log no longer has ' +
      'all of the spans.',
  })
  late_spans_until?: string;
}

/** All spans of a request, as a flat list. */
export function spanViews(request: TraceRequest): SpanView[] {
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const attributes = plainMap(resource?.attributes ?? []);
    return scopeSpans.flatMap(({ scope, spans }) => spans.map((span) => spanView(span, attributes, scope)));
  });
}

function spanView(span: Span, resource: PlainMap, scope: Scope | undefined): SpanView {
  const service = resource['service.name'];
  const { traceId, spanId, parentSpanId } = shownIds(span);
  return {
    trace_id: traceId,
    span_id: spanId,
    ...(parentSpanId === '' ? {} : { parent_id: parentSpanId }),
    name: span.name,
    service: typeof service === 'string' ? service : '',
    kind: SPAN_KINDS[span.kind] ?? 'unspecified',
    status: STATUS_CODES[span.status?.code ?? 0] ?? 'unset',
    ...(span.status?.message ? { status_message: span.status.message } : {}),
    start_time: String(span.startTimeUnixNano),
    end_time: String(span.endTimeUnixNano),
    duration_ms: Number(span.endTimeUnixNano - span.startTimeUnixNano) / 1e6,
    attributes: json(spanAttributes(span.attributes)),
    resource: json(resource),
    events: span.events.map((event) => ({
      name: event.name,
      time: String(event.timeUnixNano),
      attributes: json(plainMap(event.attributes)),
    })),
    ...(span.links.length === 0 ? {} : { links: span.links.map(linkView) }),
    ...(scope === undefined || isEmpty(scope) ? {} : { scope: scopeView(scope) }),
  };
}

function linkView(link: Span['links'][number]): LinkView {
  const { traceId: trace_id, spanId: span_id } = shownLinkIds(link);
  return { trace_id, span_id, ...attributesOf(spanAttributes(link.attributes)) };
}

const isEmpty = ({ name, version, attributes }: Scope): boolean => name === '' && version === '' && attributes.length === 0;

function scopeView({ name, version, attributes }: Scope): ScopeView {
  return {
    name: name.toWellFormed(),
    ...(version === '' ? {} : { version: version.toWellFormed() }),
    ...attributesOf(plainMap(attributes)),
  };
}

function attributesOf(map: PlainMap): { readonly attributes?: unknown } {
  return Object.keys(map).length === 0 ? {} : { attributes: json(map) };
}

/** Values that JSON lacks (64-bit integers, infinities, NaN, bytes) become text, as in protobuf's JSON (bytes in base64). */
function json(value: PlainValue): unknown {
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return String(value);
  if (typeof value === 'string') return value.toWellFormed();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(json);
  if (typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, json(inner)]));
  return value ?? null;
}
