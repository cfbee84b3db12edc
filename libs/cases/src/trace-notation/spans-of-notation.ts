import type { JsonValue } from '#otlp';
import { type NotedSpan, parseTrace } from './parse-trace.js';
import type { NotationValue } from './words.js';

/** The notation as the spans of `POST /v1/spans`. Throws a NotationError. */
export function spansOfNotation(text: string): JsonValue {
  return parseTrace(text).map(spanJson);
}

function spanJson(span: NotedSpan): JsonValue {
  return {
    trace_id: span.traceId ?? 'test-trace',
    span_id: span.id,
    parent_id: span.parentId,
    name: span.name,
    service: span.service,
    start_time: span.start,
    end_time: span.end,
    ...given('kind', span.kind),
    ...given('status', span.status),
    ...given('status_message', span.statusMessage),
    ...given('scope', span.scope),
    attributes: mapJson(span.attributes),
    resource: mapJson(span.resource),
    links: span.links.map((id) => ({ span_id: id })),
    events: span.events.map((name) => ({ name, time: span.start })),
  };
}

function given(name: string, value: string | undefined): { [key: string]: JsonValue } {
  return value === undefined ? {} : { [name]: value };
}

function mapJson(map: Readonly<Record<string, NotationValue>>): { [key: string]: JsonValue } {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, valueJson(value)]));
}

function valueJson(value: NotationValue): JsonValue {
  return typeof value === 'object' ? value.map(valueJson) : value;
}
