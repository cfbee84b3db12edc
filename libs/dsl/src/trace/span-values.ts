import type { Value, ValueMap } from '../values/value.js';
import type { FieldName } from '../vocabulary/vocabulary.js';
import { compareSpans } from './span-rank.js';
import type { EventView, LinkView, SpanView, TraceView } from './span-view.js';

/** A scalar field of a span. */
export function readField(span: SpanView, field: FieldName): Value {
  switch (field) {
    case 'name':
      return span.name;
    case 'service':
      return span.service;
    case 'duration':
      return span.duration;
    case 'status':
      return span.status;
    case 'status_message':
      return span.statusMessage;
    case 'kind':
      return span.kind;
    case 'id':
      return span.id;
    case 'parent_id':
      return span.parentId;
    case 'trace_id':
      return span.traceId;
    case 'start_time':
      return span.startTime;
    case 'end_time':
      return span.endTime;
    case 'is_root':
      return span.isRoot;
    case 'scope_name':
      return span.scope.name;
    case 'scope_version':
      return span.scope.version;
  }
}

/** A table of a span as a plain value. */
export function readTable(span: SpanView, table: 'attributes' | 'resource' | 'events' | 'links' | 'scope'): Value {
  switch (table) {
    case 'attributes':
      return span.attributes;
    case 'resource':
      return span.resource;
    case 'events':
      return span.events.map(eventValue);
    case 'links':
      return span.links.map(linkValue);
    case 'scope':
      return { name: span.scope.name, version: span.scope.version };
  }
}

function eventValue(event: EventView): ValueMap {
  return { name: event.name, time: event.time, attributes: event.attributes };
}

function linkValue(link: LinkView): ValueMap {
  return { trace_id: link.traceId, span_id: link.spanId, attributes: link.attributes };
}

/** The span without a parent, the first of several (`span-rank.ts`); undefined when none was seen. */
export function rootOf(trace: TraceView): SpanView | undefined {
  let root: SpanView | undefined;
  for (const span of trace.spans) if (span.isRoot && (root === undefined || compareSpans(span, root) < 0)) root = span;
  return root;
}

/** From the first start to the last end, nanoseconds; 0 for no spans. */
export function traceDuration(trace: TraceView): number | bigint {
  let start: number | bigint | undefined;
  let end: number | bigint | undefined;
  for (const span of trace.spans) {
    if (start === undefined || span.startTime < start) start = span.startTime;
    if (end === undefined || span.endTime > end) end = span.endTime;
  }
  if (start === undefined || end === undefined) return 0;
  const nanoseconds = BigInt(end) - BigInt(start);
  const safe = nanoseconds <= BigInt(Number.MAX_SAFE_INTEGER) && nanoseconds >= BigInt(Number.MIN_SAFE_INTEGER);
  return safe ? Number(nanoseconds) : nanoseconds;
}

/** The distinct service names, in the order of the trace's spans. */
export function servicesOf(trace: TraceView): readonly string[] {
  return [...new Set(trace.spans.map((span) => span.service))];
}
