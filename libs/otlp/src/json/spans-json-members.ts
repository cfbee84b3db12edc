import type { KnownMembers } from './known-members.js';

/** OTLP members that the log does not need: accepted and not kept. */
const IGNORED = ['flags', 'dropped_attributes_count', 'dropped_events_count', 'dropped_links_count'];

/** The members that may accompany a list of spans: those of the answer of `GET /v1/violations/{id}/trace`, which can be sent back unchanged. */
export const TRACE_MEMBERS: KnownMembers = { names: ['spans', 'trace_id', 'wire_trace_id', 'complete', 'late_spans_until'] };

/** The members of the spans of `POST /v1/spans`, of rule tests and of the answer of `GET /v1/violations/{id}/trace`. */
export const SPAN_MEMBERS: KnownMembers = {
  names: [
    'trace_id',
    'span_id',
    'parent_id',
    'parent_span_id',
    'trace_state',
    'name',
    'kind',
    'service',
    'start_time',
    'end_time',
    'duration',
    'status',
    'status_message',
    'attributes',
    'resource',
    'scope',
    'events',
    'links',
    ...IGNORED,
  ],
  aliases: {
    id: 'span_id',
    parent: 'parent_id',
    start: 'start_time',
    timestamp: 'start_time',
    start_time_unix_nano: 'start_time',
    end: 'end_time',
    end_time_unix_nano: 'end_time',
    duration_ms: 'duration',
    duration_ns: 'duration',
    operation: 'name',
    operation_name: 'name',
    span_name: 'name',
    service_name: 'service',
    status_code: 'status',
    span_kind: 'kind',
    tags: 'attributes',
    attrs: 'attributes',
    resource_attributes: 'resource',
    instrumentation_scope: 'scope',
  },
  same: { parent_span_id: 'parent_id' },
};

/** An answer of the API has the duration in addition to the end, in milliseconds. */
export const ENDED_SPAN_MEMBERS: KnownMembers = { ...SPAN_MEMBERS, names: [...SPAN_MEMBERS.names, 'duration_ms'] };

export const EVENT_MEMBERS: KnownMembers = {
  names: ['name', 'time', 'timestamp', 'time_unix_nano', 'attributes', ...IGNORED],
  aliases: { start_time: 'time', tags: 'attributes' },
  same: { timestamp: 'time', time_unix_nano: 'time' },
};

export const LINK_MEMBERS: KnownMembers = {
  names: ['trace_id', 'span_id', 'trace_state', 'attributes', ...IGNORED],
  aliases: { id: 'span_id', trace: 'trace_id', span: 'span_id' },
};

export const STATUS_MEMBERS: KnownMembers = { names: ['code', 'message'], aliases: { status: 'code', description: 'message' } };

export const SCOPE_MEMBERS: KnownMembers = { names: ['name', 'version', 'attributes', ...IGNORED] };
