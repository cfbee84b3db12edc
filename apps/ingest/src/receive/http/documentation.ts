import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '#openapi';
import { SPAN_KINDS, STATUS_CODES } from '#otlp';
import { JSON_TYPE, PROTOBUF_TYPE } from '../media-type.js';

const REFUSALS = {
  400: 'The body cannot be read; no span of it was accepted.',
  413: 'The body is too large, as sent or after decompression; send smaller batches.',
  415: 'The route does not accept this content type.',
  503: 'Not accepted now; send it again after `Retry-After` seconds.',
} as const;

const refusals = Object.entries(REFUSALS).map(([status, description]) => ApiResponse({ status: Number(status), description }));

const id = { type: 'string', description: 'A hex OTLP id, or any text: then the wire id is a hash of it.' };
const time = (description: string, ...or: readonly 'null'[]) => ({ type: ['integer', 'string', ...or] as unknown as string, description });
const object = { type: 'object', additionalProperties: true };
/** As in protobuf's JSON, null means absent. */
const orNull = <T extends { readonly type: string }>(schema: T) => ({ ...schema, type: [schema.type, 'null'] as unknown as string });

const otlpName = (or: 'object' | '') => ({ type: ['string', 'integer', 'null', ...(or === '' ? [] : [or])] as unknown as string });

const span = {
  type: 'object',
  required: ['trace_id', 'span_id', 'name', 'start_time'],
  properties: {
    trace_id: { ...id, example: 'test-trace-001' },
    span_id: { ...id, example: 'test-span-001' },
    parent_id: orNull({ ...id, description: 'Absent for a root span.' }),
    name: { type: 'string', example: 'slow-operation' },
    service: orNull({ type: 'string', example: 'checkout' }),
    kind: {
      anyOf: [{ type: 'string', enum: [...SPAN_KINDS] }, otlpName('')],
      description: 'Also by the name or the number that OTLP has for it.',
    },
    status: {
      anyOf: [{ type: 'string', enum: [...STATUS_CODES] }, otlpName('object')],
      description: 'Also by the name or the number that OTLP has for it, or as OTLP has it: with `code` and `message`.',
    },
    status_message: orNull({ type: 'string' }),
    start_time: time('Nanoseconds since 1970 as a number or text (all 64 bits are kept), or RFC 3339.'),
    end_time: time('As `start_time`; or give `duration`.', 'null'),
    duration: time('Nanoseconds, or a text like `1.5s`. Beside `end_time` it must agree.', 'null'),
    attributes: orNull(object),
    resource: orNull(object),
    events: orNull({ type: 'array', items: object }),
    links: orNull({
      type: 'array',
      items: object,
      description: 'Each with `span_id`, `trace_id` (absent: the trace of the span itself) and `attributes`.',
    }),
  },
};

/** `POST /v1/spans` in the OpenAPI document; the example is a span that a rule `span.duration > 1s` finds. */
export const DocumentedSpansJson = () =>
  applyDecorators(
    ApiTags('spans'),
    ApiOperation({
      summary: 'Spans in a JSON form that is easy to write',
      description: 'snake_case or camelCase. 202: they are in the log and will be judged.',
    }),
    ApiBody({
      schema: {
        anyOf: [
          { type: 'object', required: ['spans'], properties: { spans: { type: 'array', items: span } } },
          { type: 'array', items: span },
          span,
        ],
      },
      examples: {
        slow: {
          summary: 'A span of two seconds',
          value: {
            spans: [
              {
                trace_id: 'test-trace-001',
                span_id: 'test-span-001',
                name: 'slow-operation',
                service: 'checkout',
                start_time: '2023-11-03T08:26:40Z',
                end_time: '2023-11-03T08:26:42Z',
                attributes: { 'http.route': '/checkout' },
              },
            ],
          },
        },
      },
    }),
    ApiResponse({
      status: 202,
      description: 'Accepted. Individually refused spans are counted in `rejected`, with the reasons in `rejections`.',
      schema: {
        type: 'object',
        required: ['accepted', 'rejected'],
        properties: { accepted: { type: 'integer' }, rejected: { type: 'integer' }, rejections: { type: 'array', items: object } },
        example: { accepted: 1, rejected: 0 },
      },
    }),
    ...refusals,
  );

/** `POST /v1/traces` in the OpenAPI document. */
export const DocumentedOtlp = () =>
  applyDecorators(
    ApiTags('spans'),
    ApiOperation({
      summary: 'OTLP/HTTP: an ExportTraceServiceRequest, protobuf or JSON, also compressed',
      description: 'What an OpenTelemetry SDK or collector sends to. Errors are `google.rpc.Status` in the content type of the request.',
    }),
    ApiConsumes(JSON_TYPE, PROTOBUF_TYPE),
    ApiProduces(PROTOBUF_TYPE, JSON_TYPE),
    ApiBody({
      schema: {
        ...object,
        example: {
          resourceSpans: [
            {
              resource: { attributes: [{ key: 'service.name', value: { stringValue: 'checkout' } }] },
              scopeSpans: [
                {
                  scope: { name: 'shop' },
                  spans: [
                    {
                      traceId: '5b8efff798038103d269b633813fc60c',
                      spanId: 'eee19b7ec3c1b174',
                      name: 'slow-operation',
                      kind: 2,
                      startTimeUnixNano: '1699000000000000000',
                      endTimeUnixNano: '1699000002000000000',
                    },
                  ],
                },
              ],
            },
          ],
        },
      },
    }),
    ApiResponse({ status: 200, description: 'Accepted. `partialSuccess` counts individually refused spans, with the reasons.' }),
    ...refusals,
  );
