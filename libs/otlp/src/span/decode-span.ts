import { EVENT, LINK, SPAN, STATUS } from '../wire/fields.js';
import { hexAt } from '../wire/ids.js';
import type { Cursor } from '../wire/wire.js';
import type { KeyValue } from './attribute.js';
import { readKeyValue } from './decode-value.js';
import type { Span, SpanEvent, SpanLink, SpanStatus } from './span.js';

/** Reads a Span message that ends at `end`. */
export function readSpan(cursor: Cursor, end: number): Span {
  let traceId = '';
  let spanId = '';
  let traceState = '';
  let parentSpanId = '';
  let name = '';
  let kind = 0;
  let startTimeUnixNano = 0n;
  let endTimeUnixNano = 0n;
  const attributes: KeyValue[] = [];
  let droppedAttributesCount = 0;
  const events: SpanEvent[] = [];
  let droppedEventsCount = 0;
  const links: SpanLink[] = [];
  let droppedLinksCount = 0;
  let status: SpanStatus | undefined;
  let flags = 0;
  while (cursor.position < end) {
    const tag = cursor.tag(end);
    switch (tag) {
      case SPAN.traceId:
        traceId = readId(cursor, end);
        break;
      case SPAN.spanId:
        spanId = readId(cursor, end);
        break;
      case SPAN.traceState:
        traceState = cursor.text(end);
        break;
      case SPAN.parentSpanId:
        parentSpanId = readId(cursor, end);
        break;
      case SPAN.name:
        name = cursor.text(end);
        break;
      case SPAN.kind:
        kind = cursor.varint(end) | 0;
        break;
      case SPAN.startTimeUnixNano:
        startTimeUnixNano = cursor.fixed64(end);
        break;
      case SPAN.endTimeUnixNano:
        endTimeUnixNano = cursor.fixed64(end);
        break;
      case SPAN.attributes:
        attributes.push(readKeyValue(cursor, cursor.delimited(end)));
        break;
      case SPAN.droppedAttributesCount:
        droppedAttributesCount = cursor.varint(end);
        break;
      case SPAN.events:
        events.push(readEvent(cursor, cursor.delimited(end)));
        break;
      case SPAN.droppedEventsCount:
        droppedEventsCount = cursor.varint(end);
        break;
      case SPAN.links:
        links.push(readLink(cursor, cursor.delimited(end)));
        break;
      case SPAN.droppedLinksCount:
        droppedLinksCount = cursor.varint(end);
        break;
      case SPAN.status:
        status = readStatus(cursor, cursor.delimited(end), status);
        break;
      case SPAN.flags:
        flags = cursor.fixed32(end);
        break;
      default:
        cursor.skip(tag, end);
    }
  }
  return {
    traceId,
    spanId,
    traceState,
    parentSpanId,
    name,
    kind,
    startTimeUnixNano,
    endTimeUnixNano,
    attributes,
    droppedAttributesCount,
    events,
    droppedEventsCount,
    links,
    droppedLinksCount,
    status,
    flags,
  };
}

/** Reads only the links of a Span message that ends at `end`. */
export function readLinks(cursor: Cursor, end: number): readonly SpanLink[] {
  const links: SpanLink[] = [];
  while (cursor.position < end) {
    const tag = cursor.tag(end);
    if (tag === SPAN.links) links.push(readLink(cursor, cursor.delimited(end)));
    else cursor.skip(tag, end);
  }
  return links;
}

function readEvent(cursor: Cursor, end: number): SpanEvent {
  let timeUnixNano = 0n;
  let name = '';
  const attributes: KeyValue[] = [];
  let droppedAttributesCount = 0;
  while (cursor.position < end) {
    const tag = cursor.tag(end);
    if (tag === EVENT.timeUnixNano) timeUnixNano = cursor.fixed64(end);
    else if (tag === EVENT.name) name = cursor.text(end);
    else if (tag === EVENT.attributes) attributes.push(readKeyValue(cursor, cursor.delimited(end)));
    else if (tag === EVENT.droppedAttributesCount) droppedAttributesCount = cursor.varint(end);
    else cursor.skip(tag, end);
  }
  return { timeUnixNano, name, attributes, droppedAttributesCount };
}

function readLink(cursor: Cursor, end: number): SpanLink {
  let traceId = '';
  let spanId = '';
  let traceState = '';
  const attributes: KeyValue[] = [];
  let droppedAttributesCount = 0;
  let flags = 0;
  while (cursor.position < end) {
    const tag = cursor.tag(end);
    if (tag === LINK.traceId) traceId = readId(cursor, end);
    else if (tag === LINK.spanId) spanId = readId(cursor, end);
    else if (tag === LINK.traceState) traceState = cursor.text(end);
    else if (tag === LINK.attributes) attributes.push(readKeyValue(cursor, cursor.delimited(end)));
    else if (tag === LINK.droppedAttributesCount) droppedAttributesCount = cursor.varint(end);
    else if (tag === LINK.flags) flags = cursor.fixed32(end);
    else cursor.skip(tag, end);
  }
  return { traceId, spanId, traceState, attributes, droppedAttributesCount, flags };
}

function readStatus(cursor: Cursor, end: number, before: SpanStatus | undefined): SpanStatus {
  let message = before?.message ?? '';
  let code = before?.code ?? 0;
  while (cursor.position < end) {
    const tag = cursor.tag(end);
    if (tag === STATUS.message) message = cursor.text(end);
    else if (tag === STATUS.code) code = cursor.varint(end) | 0;
    else cursor.skip(tag, end);
  }
  return { message, code };
}

function readId(cursor: Cursor, end: number): string {
  const limit = cursor.delimited(end);
  const id = hexAt(cursor.bytes, cursor.position, limit - cursor.position);
  cursor.position = limit;
  return id;
}
