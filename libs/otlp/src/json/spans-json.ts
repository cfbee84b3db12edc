import type { KeyValue } from '../span/attribute.js';
import type { ResourceSpans, Scope, ScopeSpans, Span, SpanEvent, SpanLink, TraceRequest } from '../span/span.js';
import { OtlpError } from '../wire/otlp-error.js';
import { PARENT_ID_TEXT, SPAN_ID_TEXT, TRACE_ID_TEXT } from '../wire/own-names.js';
import { type JsonObject, JsonReader } from './json-reader.js';
import { refuseUnknownMembers } from './known-members.js';
import { type JsonValue, parseJson } from './lossless-json.js';
import {
  fieldOf,
  NO_ID,
  readDuration,
  readKind,
  readMap,
  readPlainAttributes,
  readSpanId,
  readStatus,
  readTime,
  readTraceId,
  type WireId,
} from './spans-json-fields.js';
import { ENDED_SPAN_MEMBERS, EVENT_MEMBERS, LINK_MEMBERS, SCOPE_MEMBERS, SPAN_MEMBERS, TRACE_MEMBERS } from './spans-json-members.js';

export interface SpansJsonOptions {
  /**
   * Spans for testing rules: ids, name and times may be missing. Defaults: the trace `test-trace`, spans `test-span-1` and so on, times 0 and the given
   * duration.
   */
  readonly incomplete?: boolean;
}

/**
 * Reads the body of `POST /v1/spans`: `{"spans": […]}`, a list of spans, or one span; names in snake_case or camelCase. Ids
 * that are not OTLP ids get a wire id derived from their text, which is kept in attributes. Throws OtlpError:
 * BT_OTLP_JSON_SYNTAX; BT_OTLP_SPAN_FIELD with all wrong fields (`fields`: `spans[0].start_time`, what was expected) and unknown members;
 * BT_OTLP_TOO_DEEP.
 */
export function spansFromJson(input: string | Uint8Array, options?: SpansJsonOptions): TraceRequest {
  return spansFromValue(parseJson(input), options);
}

/** The same from JSON that `parseJson` has read, at `path` of a larger document. */
export function spansFromValue(value: JsonValue, options: SpansJsonOptions = {}, path: readonly (string | number)[] = []): TraceRequest {
  const reader = new JsonReader(path);
  const request = new SpansJson(reader, options.incomplete === true).request(value);
  const [first] = reader.errors;
  if (first) {
    const sentences = reader.errors.map((error) => `${error.path || 'body'}: ${error.message}`);
    throw new OtlpError('BT_OTLP_SPAN_FIELD', { what: sentences.join('; ') }, { path: first.path, fields: reader.errors });
  }
  return request;
}

class SpansJson {
  private readonly resources = new Map<string, ResourceSpans & { readonly scopes: Map<string, ScopeSpans & { readonly spans: Span[] }> }>();
  private count = 0;

  constructor(
    private readonly reader: JsonReader,
    private readonly incomplete: boolean,
  ) {}

  request(value: JsonValue): TraceRequest {
    const { reader } = this;
    if (Array.isArray(value)) {
      for (const [i, span] of value.entries()) reader.within(i, () => this.item(span));
    } else {
      const body = reader.object(value);
      if (body?.['spans'] === null) reader.expected('a list of spans', null, 'spans');
      else if (body && Object.hasOwn(body, 'spans')) {
        refuseUnknownMembers(reader, body, TRACE_MEMBERS);
        reader.items(body, 'spans', (span) => this.item(span));
      } else if (body) {
        // A list alone, under a name that no span has: it holds the spans, and the name is wrong.
        const [member, another] = Object.keys(body);
        const isList = member !== undefined && another === undefined && Array.isArray(body[member]);
        if (isList && !SPAN_MEMBERS.names.includes(member)) refuseUnknownMembers(reader, body, TRACE_MEMBERS);
        else this.span(body);
      }
    }
    return {
      resourceSpans: [...this.resources.values()].map(({ resource, schemaUrl, scopes }) => ({
        resource,
        scopeSpans: [...scopes.values()],
        schemaUrl,
      })),
    };
  }

  private item(value: JsonValue): void {
    if (this.reader.isFull) return;
    const span = this.reader.object(value);
    if (span) this.span(span);
  }

  /** Reads a span and groups it with those of the same resource and scope. */
  private span(json: JsonObject): void {
    this.count++;
    const attributes = this.resourceAttributes(json);
    const scope = this.scope(json);
    const resourceKey = keyOf(attributes);
    let resource = this.resources.get(resourceKey);
    if (!resource) {
      resource = { resource: { attributes, droppedAttributesCount: 0 }, scopeSpans: [], schemaUrl: '', scopes: new Map() };
      this.resources.set(resourceKey, resource);
    }
    const scopeKey = keyOf(scope);
    let scopeSpans = resource.scopes.get(scopeKey);
    if (!scopeSpans) {
      scopeSpans = { scope, spans: [], schemaUrl: '' };
      resource.scopes.set(scopeKey, scopeSpans);
    }
    scopeSpans.spans.push(this.readSpan(json));
  }

  private readSpan(json: JsonObject): Span {
    const { reader } = this;
    refuseUnknownMembers(reader, json, fieldOf(json, 'end_time').value === undefined ? SPAN_MEMBERS : ENDED_SPAN_MEMBERS);
    const traceId = this.id(fieldOf(json, 'trace_id'), 'test-trace', readTraceId);
    const spanId = this.id(fieldOf(json, 'span_id'), `test-span-${this.count}`, readSpanId);
    const parent = fieldOf(json, 'parent_id', 'parent_span_id');
    const parentId = parent.value === undefined || parent.value === '' ? NO_ID : readSpanId(reader, parent.value, parent.name);
    const name = reader.text(json, 'name');
    if (name === '' && !this.incomplete) reader.expected('the name of the operation', json.name, 'name');
    const times = this.times(json);
    return {
      traceId: traceId.hex,
      spanId: spanId.hex,
      traceState: reader.text(json, fieldOf(json, 'trace_state').name),
      parentSpanId: parentId.hex,
      name,
      kind: readKind(reader, json),
      startTimeUnixNano: times.start,
      endTimeUnixNano: times.end,
      attributes: [
        ...idText(TRACE_ID_TEXT, traceId),
        ...idText(SPAN_ID_TEXT, spanId),
        ...idText(PARENT_ID_TEXT, parentId),
        ...readPlainAttributes(reader, json),
      ],
      droppedAttributesCount: 0,
      events: reader.list(json, 'events', (event) => this.event(event)),
      droppedEventsCount: 0,
      links: reader.list(json, 'links', (link) => this.link(link, traceId)),
      droppedLinksCount: 0,
      status: readStatus(reader, json),
      flags: 0,
    };
  }

  private id(
    { name, value }: ReturnType<typeof fieldOf>,
    missing: string,
    read: (reader: JsonReader, value: JsonValue, name: string) => WireId,
  ): WireId {
    if (value !== undefined) return read(this.reader, value, name);
    if (this.incomplete) return read(this.reader, missing, name);
    this.reader.expected('an id', undefined, name);
    return NO_ID;
  }

  /** Start and end; a duration may replace one of them. All three may be present when they agree. */
  private times(json: JsonObject): { readonly start: bigint; readonly end: bigint } {
    const { reader } = this;
    const time = ({ name, value }: ReturnType<typeof fieldOf>) => (value === undefined ? undefined : readTime(reader, value, name));
    const durationField = fieldOf(json, 'duration');
    const start = time(fieldOf(json, 'start_time'));
    const end = time(fieldOf(json, 'end_time'));
    const duration = durationField.value === undefined ? undefined : readDuration(reader, durationField.value, durationField.name);
    if (start === undefined && !this.incomplete) reader.expected('a time', undefined, 'start_time');
    if (end === undefined) {
      if (duration === undefined && !this.incomplete) reader.expected('a time (or a duration)', undefined, 'end_time');
      const ends = (start ?? 0n) + (duration ?? 0n);
      if (ends >= 2n ** 64n) reader.fail('the span would end after the last time that 64 bits can hold', durationField.name);
      return { start: start ?? 0n, end: BigInt.asUintN(64, ends) };
    }
    if (duration === undefined) return { start: start ?? 0n, end };
    if (start !== undefined && end - start !== duration)
      reader.fail(`the span takes ${end - start} ns from start_time to end_time: leave the duration or the end out`, durationField.name);
    return { start: start ?? (end > duration ? end - duration : 0n), end };
  }

  private event(json: JsonObject): SpanEvent {
    const { reader } = this;
    refuseUnknownMembers(reader, json, EVENT_MEMBERS);
    const { name, value } = fieldOf(json, 'time', 'timestamp', 'time_unix_nano');
    return {
      timeUnixNano: value === undefined ? 0n : readTime(reader, value, name),
      name: reader.text(json, 'name'),
      attributes: readPlainAttributes(reader, json),
      droppedAttributesCount: 0,
    };
  }

  /** @param ownTrace the trace id of its span, for a link without one */
  private link(json: JsonObject, ownTrace: WireId): SpanLink {
    const { reader } = this;
    refuseUnknownMembers(reader, json, LINK_MEMBERS);
    const trace = fieldOf(json, 'trace_id');
    const span = fieldOf(json, 'span_id');
    const isOwn = trace.value === undefined || trace.value === null || trace.value === '';
    const traceId = isOwn ? ownTrace : readTraceId(reader, trace.value as JsonValue, trace.name);
    const spanId = span.value === undefined ? NO_ID : readSpanId(reader, span.value, span.name);
    return {
      traceId: traceId.hex,
      spanId: spanId.hex,
      traceState: reader.text(json, fieldOf(json, 'trace_state').name),
      attributes: [...idText(TRACE_ID_TEXT, traceId), ...idText(SPAN_ID_TEXT, spanId), ...readPlainAttributes(reader, json)],
      droppedAttributesCount: 0,
      flags: 0,
    };
  }

  /** The resource: a map of attributes, or `{"attributes": …}`; `service` is its service.name. */
  private resourceAttributes(json: JsonObject): KeyValue[] {
    const { reader } = this;
    const attributes =
      reader.nested(json, 'resource', (resource) =>
        typeof resource.attributes === 'object' ? readPlainAttributes(reader, resource) : readMap(reader, resource),
      ) ?? [];
    const service = reader.text(json, 'service');
    if (service === '') return attributes;
    return [{ key: 'service.name', value: { type: 'string', value: service } }, ...attributes.filter(({ key }) => key !== 'service.name')];
  }

  private scope(json: JsonObject): Scope | undefined {
    const { reader } = this;
    if (typeof json.scope === 'string') return { name: json.scope, version: '', attributes: [], droppedAttributesCount: 0 };
    return reader.nested(json, 'scope', (scope) => {
      refuseUnknownMembers(reader, scope, SCOPE_MEMBERS);
      const [name, version] = [reader.text(scope, 'name'), reader.text(scope, 'version')];
      return { name, version, attributes: readPlainAttributes(reader, scope), droppedAttributesCount: 0 };
    });
  }
}

function idText(key: string, id: WireId): KeyValue[] {
  return id.text === undefined ? [] : [{ key, value: { type: 'string', value: id.text } }];
}

function keyOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner)) ?? '';
}
