import { REQUEST, RESOURCE, RESOURCE_SPANS, SCOPE, SCOPE_SPANS } from '../wire/fields.js';
import { Cursor } from '../wire/wire.js';
import { readSpan } from './decode-span.js';
import { readKeyValue } from './decode-value.js';
import type { Resource, ResourceSpans, Scope, ScopeSpans, Span, TraceRequest } from './span.js';

/**
 * Decodes a whole ExportTraceServiceRequest (or TracesData). As protobuf specifies, unknown fields are ignored, the last of repeated fields counts, nested
 * messages are merged, and invalid UTF-8 becomes U+FFFD. Throws OtlpError (BT_OTLP_MALFORMED, BT_OTLP_TOO_DEEP).
 */
export function decodeRequest(bytes: Uint8Array): TraceRequest {
  const cursor = new Cursor(bytes);
  const end = bytes.length;
  const resourceSpans: ResourceSpans[] = [];
  while (cursor.position < end) {
    const tag = cursor.tag(end);
    if (tag === REQUEST.resourceSpans) resourceSpans.push(readResourceSpans(cursor, cursor.delimited(end)));
    else cursor.skip(tag, end);
  }
  return { resourceSpans };
}

/** Reads a ResourceSpans message that ends at `end`; without its spans when `envelopeOnly`. */
export function readResourceSpans(cursor: Cursor, end: number, envelopeOnly = false): ResourceSpans {
  let resource: Resource | undefined;
  const scopeSpans: ScopeSpans[] = [];
  let schemaUrl = '';
  while (cursor.position < end) {
    const tag = cursor.tag(end);
    if (tag === RESOURCE_SPANS.resource) resource = readResource(cursor, cursor.delimited(end), resource);
    else if (tag === RESOURCE_SPANS.scopeSpans && !envelopeOnly) scopeSpans.push(readScopeSpans(cursor, cursor.delimited(end)));
    else if (tag === RESOURCE_SPANS.schemaUrl) schemaUrl = cursor.text(end);
    else cursor.skip(tag, end);
  }
  return { resource, scopeSpans, schemaUrl };
}

/** Reads a ScopeSpans message that ends at `end`; without its spans when `envelopeOnly`. */
export function readScopeSpans(cursor: Cursor, end: number, envelopeOnly = false): ScopeSpans {
  let scope: Scope | undefined;
  const spans: Span[] = [];
  let schemaUrl = '';
  while (cursor.position < end) {
    const tag = cursor.tag(end);
    if (tag === SCOPE_SPANS.scope) scope = readScope(cursor, cursor.delimited(end), scope);
    else if (tag === SCOPE_SPANS.spans && !envelopeOnly) spans.push(readSpan(cursor, cursor.delimited(end)));
    else if (tag === SCOPE_SPANS.schemaUrl) schemaUrl = cursor.text(end);
    else cursor.skip(tag, end);
  }
  return { scope, spans, schemaUrl };
}

function readResource(cursor: Cursor, end: number, before: Resource | undefined): Resource {
  const attributes = before ? [...before.attributes] : [];
  let droppedAttributesCount = before?.droppedAttributesCount ?? 0;
  while (cursor.position < end) {
    const tag = cursor.tag(end);
    if (tag === RESOURCE.attributes) attributes.push(readKeyValue(cursor, cursor.delimited(end)));
    else if (tag === RESOURCE.droppedAttributesCount) droppedAttributesCount = cursor.varint(end);
    else cursor.skip(tag, end);
  }
  return { attributes, droppedAttributesCount };
}

function readScope(cursor: Cursor, end: number, before: Scope | undefined): Scope {
  let name = before?.name ?? '';
  let version = before?.version ?? '';
  const attributes = before ? [...before.attributes] : [];
  let droppedAttributesCount = before?.droppedAttributesCount ?? 0;
  while (cursor.position < end) {
    const tag = cursor.tag(end);
    if (tag === SCOPE.name) name = cursor.text(end);
    else if (tag === SCOPE.version) version = cursor.text(end);
    else if (tag === SCOPE.attributes) attributes.push(readKeyValue(cursor, cursor.delimited(end)));
    else if (tag === SCOPE.droppedAttributesCount) droppedAttributesCount = cursor.varint(end);
    else cursor.skip(tag, end);
  }
  return { name, version, attributes, droppedAttributesCount };
}
