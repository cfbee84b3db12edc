import type { Resource, ResourceSpans, Scope, ScopeSpans, Span, SpanEvent, SpanLink, SpanStatus, TraceRequest } from '../span/span.js';
import { bytesOfHex } from '../wire/ids.js';
import { OtlpError } from '../wire/otlp-error.js';
import { type JsonObject, JsonReader } from './json-reader.js';
import { readAttributes } from './json-value.js';
import { type JsonValue, parseJson } from './lossless-json.js';

const SPAN_KIND = 'SPAN_KIND_UNSPECIFIED SPAN_KIND_INTERNAL SPAN_KIND_SERVER SPAN_KIND_CLIENT SPAN_KIND_PRODUCER SPAN_KIND_CONSUMER'.split(
  ' ',
);
const STATUS_CODE = 'STATUS_CODE_UNSET STATUS_CODE_OK STATUS_CODE_ERROR'.split(' ');

/**
 * Decodes OTLP/JSON (UTF-8): ids are hex of either case, 64-bit integers text or number without loss, enums numbers (their
 * names are understood too), bytes base64, unknown fields ignored; `unread` receives the path of those that seem to hold spans. Throws OtlpError: BT_OTLP_JSON_SYNTAX, BT_OTLP_JSON_FIELD
 * (path of the first wrong field, all of them in `fields`), BT_OTLP_TOO_DEEP.
 */
export function decodeRequestJson(input: string | Uint8Array, unread?: (path: string) => void): TraceRequest {
  const reader = new JsonReader();
  const root = reader.object(parseJson(input));
  const resourceSpans = root ? reader.list(root, 'resourceSpans', (value) => readResourceSpans(reader, value, unread)) : [];
  if (root && unread) noteUnread(root, TOP_NAMES, '', unread);
  // Otherwise a whole batch would be lost silently, because unknown fields are ignored.
  if (root && 'resource_spans' in root) reader.fail('OTLP/JSON names are lowerCamelCase: resourceSpans', 'resource_spans');
  const [first] = reader.errors;
  if (first) {
    throw new OtlpError(
      'BT_OTLP_JSON_FIELD',
      { path: first.path || 'The body', what: first.message },
      { path: first.path, fields: reader.errors },
    );
  }
  return { resourceSpans };
}

/** Names that other formats use for spans: older versions, protobuf, Tempo's answers. */
const TOP_NAMES = ['batches', 'scopeSpans', 'scope_spans', 'spans'];
const RESOURCE_NAMES = ['scope_spans', 'instrumentationLibrarySpans', 'instrumentation_library_spans', 'spans'];

function noteUnread(object: JsonObject, names: readonly string[], where: string, unread: (path: string) => void): void {
  for (const name of names) {
    const value = object[name];
    if (Array.isArray(value) && value.length > 0) unread(where === '' ? name : `${where}.${name}`);
  }
}

function readResourceSpans(reader: JsonReader, value: JsonObject, unread?: (path: string) => void): ResourceSpans {
  if (unread) noteUnread(value, RESOURCE_NAMES, reader.where(), unread);
  return {
    resource: reader.nested(value, 'resource', (resource): Resource => readDropped(reader, resource)),
    scopeSpans: reader.list(value, 'scopeSpans', (scopeSpans) => readScopeSpans(reader, scopeSpans)),
    schemaUrl: reader.text(value, 'schemaUrl'),
  };
}

function readScopeSpans(reader: JsonReader, value: JsonObject): ScopeSpans {
  const readScope = (scope: JsonObject): Scope => ({
    name: reader.text(scope, 'name'),
    version: reader.text(scope, 'version'),
    ...readDropped(reader, scope),
  });
  return {
    scope: reader.nested(value, 'scope', readScope),
    spans: reader.list(value, 'spans', (span) => readSpan(reader, span)),
    schemaUrl: reader.text(value, 'schemaUrl'),
  };
}

function readSpan(reader: JsonReader, value: JsonObject): Span {
  return {
    traceId: readId(reader, value, 'traceId'),
    spanId: readId(reader, value, 'spanId'),
    traceState: reader.text(value, 'traceState'),
    parentSpanId: readId(reader, value, 'parentSpanId'),
    name: reader.text(value, 'name'),
    kind: readEnum(reader, value, 'kind', SPAN_KIND),
    startTimeUnixNano: reader.uint64(value, 'startTimeUnixNano'),
    endTimeUnixNano: reader.uint64(value, 'endTimeUnixNano'),
    ...readDropped(reader, value),
    events: reader.list(value, 'events', (event) => readEvent(reader, event)),
    droppedEventsCount: reader.uint32(value, 'droppedEventsCount'),
    links: reader.list(value, 'links', (link) => readLink(reader, link)),
    droppedLinksCount: reader.uint32(value, 'droppedLinksCount'),
    status: reader.nested(value, 'status', (status) => readStatus(reader, status)),
    flags: reader.uint32(value, 'flags'),
  };
}

function readEvent(reader: JsonReader, value: JsonObject): SpanEvent {
  return {
    timeUnixNano: reader.uint64(value, 'timeUnixNano'),
    name: reader.text(value, 'name'),
    ...readDropped(reader, value),
  };
}

function readLink(reader: JsonReader, value: JsonObject): SpanLink {
  return {
    traceId: readId(reader, value, 'traceId'),
    spanId: readId(reader, value, 'spanId'),
    traceState: reader.text(value, 'traceState'),
    ...readDropped(reader, value),
    flags: reader.uint32(value, 'flags'),
  };
}

function readStatus(reader: JsonReader, value: JsonObject): SpanStatus {
  return { message: reader.text(value, 'message'), code: readEnum(reader, value, 'code', STATUS_CODE) };
}

function readDropped(reader: JsonReader, value: JsonObject): Resource {
  return { attributes: readAttributes(reader, value), droppedAttributesCount: reader.uint32(value, 'droppedAttributesCount') };
}

function readEnum(reader: JsonReader, object: JsonObject, name: string, names: readonly string[]): number {
  const value: JsonValue | undefined = object[name];
  if (typeof value !== 'string') return Number(reader.integer(object, name, -(2n ** 31n), 2n ** 31n - 1n));
  const number = names.indexOf(value);
  if (number < 0) reader.expected(`an integer from 0 to ${names.length - 1}`, value, name);
  return Math.max(number, 0);
}

function readId(reader: JsonReader, object: JsonObject, name: string): string {
  const text = reader.text(object, name);
  if (bytesOfHex(text) !== undefined) return text.toLowerCase();
  reader.expected('hex digits, two per byte', text, name);
  return '';
}
