import {
  ANY_VALUE,
  EVENT,
  KEY_VALUE,
  LINK,
  LIST,
  REQUEST,
  RESOURCE,
  RESOURCE_SPANS,
  SCOPE,
  SCOPE_SPANS,
  SPAN,
  STATUS,
} from '../wire/fields.js';
import { bytesOfHex } from '../wire/ids.js';
import { ProtobufWriter } from '../wire/protobuf-writer.js';
import type { AnyValue, KeyValue } from './attribute.js';
import type { Resource, ResourceSpans, Scope, ScopeSpans, Span, SpanEvent, SpanLink, SpanStatus, TraceRequest } from './span.js';

/**
 * Encodes a request in protobuf's canonical form: fields in order of their numbers, default values omitted. Decoding gives an equal model; lone surrogates in
 * texts become U+FFFD. Throws TypeError for an id that is not hex, which this library's readers never make.
 */
export function encodeRequest(request: TraceRequest): Uint8Array {
  const writer = new ProtobufWriter();
  writer.messages(REQUEST.resourceSpans, request.resourceSpans, writeResourceSpans);
  return writer.finish();
}

function writeResourceSpans(writer: ProtobufWriter, value: ResourceSpans): void {
  if (value.resource) writer.message(RESOURCE_SPANS.resource, value.resource, writeResource);
  writer.messages(RESOURCE_SPANS.scopeSpans, value.scopeSpans, writeScopeSpans);
  writer.text(RESOURCE_SPANS.schemaUrl, value.schemaUrl);
}

function writeResource(writer: ProtobufWriter, value: Resource): void {
  writer.messages(RESOURCE.attributes, value.attributes, writeKeyValue);
  writer.uint32(RESOURCE.droppedAttributesCount, value.droppedAttributesCount);
}

function writeScopeSpans(writer: ProtobufWriter, value: ScopeSpans): void {
  if (value.scope) writer.message(SCOPE_SPANS.scope, value.scope, writeScope);
  writer.messages(SCOPE_SPANS.spans, value.spans, writeSpan);
  writer.text(SCOPE_SPANS.schemaUrl, value.schemaUrl);
}

function writeScope(writer: ProtobufWriter, value: Scope): void {
  writer.text(SCOPE.name, value.name);
  writer.text(SCOPE.version, value.version);
  writer.messages(SCOPE.attributes, value.attributes, writeKeyValue);
  writer.uint32(SCOPE.droppedAttributesCount, value.droppedAttributesCount);
}

function writeSpan(writer: ProtobufWriter, value: Span): void {
  writer.blob(SPAN.traceId, id(value.traceId));
  writer.blob(SPAN.spanId, id(value.spanId));
  writer.text(SPAN.traceState, value.traceState);
  writer.blob(SPAN.parentSpanId, id(value.parentSpanId));
  writer.text(SPAN.name, value.name);
  writer.int32(SPAN.kind, value.kind);
  writer.fixed64(SPAN.startTimeUnixNano, value.startTimeUnixNano);
  writer.fixed64(SPAN.endTimeUnixNano, value.endTimeUnixNano);
  writer.messages(SPAN.attributes, value.attributes, writeKeyValue);
  writer.uint32(SPAN.droppedAttributesCount, value.droppedAttributesCount);
  writer.messages(SPAN.events, value.events, writeEvent);
  writer.uint32(SPAN.droppedEventsCount, value.droppedEventsCount);
  writer.messages(SPAN.links, value.links, writeLink);
  writer.uint32(SPAN.droppedLinksCount, value.droppedLinksCount);
  if (value.status) writer.message(SPAN.status, value.status, writeStatus);
  writer.fixed32(SPAN.flags, value.flags);
}

function writeEvent(writer: ProtobufWriter, value: SpanEvent): void {
  writer.fixed64(EVENT.timeUnixNano, value.timeUnixNano);
  writer.text(EVENT.name, value.name);
  writer.messages(EVENT.attributes, value.attributes, writeKeyValue);
  writer.uint32(EVENT.droppedAttributesCount, value.droppedAttributesCount);
}

function writeLink(writer: ProtobufWriter, value: SpanLink): void {
  writer.blob(LINK.traceId, id(value.traceId));
  writer.blob(LINK.spanId, id(value.spanId));
  writer.text(LINK.traceState, value.traceState);
  writer.messages(LINK.attributes, value.attributes, writeKeyValue);
  writer.uint32(LINK.droppedAttributesCount, value.droppedAttributesCount);
  writer.fixed32(LINK.flags, value.flags);
}

function writeStatus(writer: ProtobufWriter, value: SpanStatus): void {
  writer.text(STATUS.message, value.message);
  writer.int32(STATUS.code, value.code);
}

function writeKeyValue(writer: ProtobufWriter, attribute: KeyValue): void {
  writer.text(KEY_VALUE.key, attribute.key);
  writer.message(KEY_VALUE.value, attribute.value, writeValue);
}

/** A member of a oneof is written even when it is 0, false or ''. */
function writeValue(writer: ProtobufWriter, value: AnyValue): void {
  switch (value.type) {
    case 'empty':
      break;
    case 'string':
      writer.textAlways(ANY_VALUE.string, value.value);
      break;
    case 'bool':
      writer.uint32Always(ANY_VALUE.bool, value.value ? 1 : 0);
      break;
    case 'int':
      writer.int64Always(ANY_VALUE.int, value.value);
      break;
    case 'double':
      writer.doubleAlways(ANY_VALUE.double, value.value);
      break;
    case 'array':
      writer.message(ANY_VALUE.array, value.value, writeArray);
      break;
    case 'kvlist':
      writer.message(ANY_VALUE.kvlist, value.value, writeList);
      break;
    case 'bytes':
      writer.blobAlways(ANY_VALUE.bytes, value.value);
      break;
  }
}

function writeArray(writer: ProtobufWriter, values: readonly AnyValue[]): void {
  writer.messages(LIST.values, values, writeValue);
}

function writeList(writer: ProtobufWriter, values: readonly KeyValue[]): void {
  writer.messages(LIST.values, values, writeKeyValue);
}

function id(hex: string): Uint8Array {
  const bytes = bytesOfHex(hex);
  if (bytes === undefined) throw new TypeError(`encodeRequest: the id ${JSON.stringify(hex)} is not hex`);
  return bytes;
}
