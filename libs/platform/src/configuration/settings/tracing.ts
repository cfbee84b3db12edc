import { choice, headers, otlpEndpoint, ratio, type Setting } from './setting.js';

/** The destination of spans about BeTrace's own work. */
export const TRACING = {
  endpoint: {
    type: otlpEndpoint,
    env: ['BETRACE_TRACING_ENDPOINT'],
    doc: 'Endpoint for spans about the work of BeTrace itself, for instance `tempo:4317`, but never BeTrace. Unset: no such spans.',
  },
  protocol: {
    type: choice('grpc', 'http/protobuf', 'http/json'),
    env: ['BETRACE_TRACING_PROTOCOL'],
    default: 'grpc',
    doc: 'Protocol of these spans.',
  },
  headers: {
    type: headers,
    env: ['BETRACE_TRACING_HEADERS'],
    default: {},
    secret: true,
    doc: 'Headers of each request with these spans (`name=value,…`), for instance an authorization.',
  },
  sampleRatio: {
    type: ratio,
    env: ['BETRACE_TRACING_SAMPLE_RATIO'],
    default: 0.1,
    doc: 'The share of these traces that is sent. For a request with a `traceparent` header, the flag in it decides.',
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
