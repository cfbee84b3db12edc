import type { AnyValue, KeyValue } from '../span/attribute.js';
import type { Resource, ResourceSpans, Scope, ScopeSpans, Span, SpanEvent, SpanLink, TraceRequest } from '../span/span.js';

/** Encodes a request as OTLP/JSON: hex ids, 64-bit integers as text, enums as numbers; default values are left out. */
export function encodeRequestJson(request: TraceRequest): string {
  return JSON.stringify({ resourceSpans: request.resourceSpans.map(resourceSpansJson) });
}

type Json = Record<string, unknown>;

function resourceSpansJson(value: ResourceSpans): Json {
  return given({
    resource: value.resource && resourceJson(value.resource),
    scopeSpans: value.scopeSpans.map(scopeSpansJson),
    schemaUrl: value.schemaUrl,
  });
}

function resourceJson(value: Resource): Json {
  return given({ attributes: value.attributes.map(attributeJson), droppedAttributesCount: value.droppedAttributesCount });
}

function scopeSpansJson(value: ScopeSpans): Json {
  return given({ scope: value.scope && scopeJson(value.scope), spans: value.spans.map(spanJson), schemaUrl: value.schemaUrl });
}

function scopeJson(value: Scope): Json {
  return given({ name: value.name, version: value.version, ...resourceJson(value) });
}

function spanJson(value: Span): Json {
  return given({
    traceId: value.traceId,
    spanId: value.spanId,
    traceState: value.traceState,
    parentSpanId: value.parentSpanId,
    name: value.name,
    kind: value.kind,
    startTimeUnixNano: value.startTimeUnixNano,
    endTimeUnixNano: value.endTimeUnixNano,
    ...resourceJson(value),
    events: value.events.map(eventJson),
    droppedEventsCount: value.droppedEventsCount,
    links: value.links.map(linkJson),
    droppedLinksCount: value.droppedLinksCount,
    status: value.status && given({ message: value.status.message, code: value.status.code }),
    flags: value.flags,
  });
}

function eventJson(value: SpanEvent): Json {
  return given({ timeUnixNano: value.timeUnixNano, name: value.name, ...resourceJson(value) });
}

function linkJson(value: SpanLink): Json {
  const { traceId, spanId, traceState, flags } = value;
  return given({ traceId, spanId, traceState, ...resourceJson(value), flags });
}

function attributeJson(attribute: KeyValue): Json {
  return { key: attribute.key, value: anyValueJson(attribute.value) };
}

function anyValueJson(value: AnyValue): Json {
  switch (value.type) {
    case 'empty':
      return {};
    case 'int':
      return { intValue: value.value.toString() };
    case 'double':
      return { doubleValue: doubleJson(value.value) };
    case 'bytes':
      return { bytesValue: Buffer.from(value.value).toString('base64') };
    case 'array':
      return { arrayValue: { values: value.value.map(anyValueJson) } };
    case 'kvlist':
      return { kvlistValue: { values: value.value.map(attributeJson) } };
    default:
      return { [`${value.type}Value`]: value.value };
  }
}

/** JSON has no NaN and no infinities, and JSON.stringify no negative zero: protobuf's JSON form has them as texts. */
function doubleJson(value: number): number | string {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? '-0' : String(value);
}

/** Only the fields that are not the default; 64-bit integers as text. */
function given(fields: Json): Json {
  const json: Json = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === '' || value === 0 || value === 0n || (Array.isArray(value) && value.length === 0)) continue;
    json[name] = typeof value === 'bigint' ? value.toString() : value;
  }
  return json;
}
