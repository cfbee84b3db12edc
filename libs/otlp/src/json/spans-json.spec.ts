import { describe, expect, it } from '@jest/globals';
import { plainMap, spanAttributes } from '../span/attribute.js';
import type { Span, TraceRequest } from '../span/span.js';
import { spanIdOfText, traceIdOfText } from '../wire/ids.js';
import { OtlpError } from '../wire/otlp-error.js';
import type { JsonValue } from './lossless-json.js';
import { spansFromJson, spansFromValue } from './spans-json.js';

const QUICK_START = `{"spans": [{
  "trace_id": "test-trace-001", "span_id": "test-span-001", "name": "slow-operation",
  "start_time": 1699000000000000000, "end_time": 1699000002000000000 }]}`;

const spansOf = (request: TraceRequest): Span[] =>
  request.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => [...spans]));

const one = (fields: object, options = { incomplete: true }): Span => spansOf(spansFromJson(JSON.stringify(fields), options))[0]!;

function errorOf(text: string, options = {}): OtlpError {
  try {
    spansFromJson(text, options);
  } catch (error) {
    if (error instanceof OtlpError) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
}

describe('spans as JSON', () => {
  it('reads the quick start, keeping nanoseconds and the texts of ids', () => {
    const [span] = spansOf(spansFromJson(QUICK_START));
    expect(span).toMatchObject({
      traceId: traceIdOfText('test-trace-001'),
      spanId: spanIdOfText('test-span-001'),
      parentSpanId: '',
      name: 'slow-operation',
      startTimeUnixNano: 1699000000000000000n,
      endTimeUnixNano: 1699000002000000000n,
      status: undefined,
    });
    expect(plainMap(span!.attributes)).toEqual({ 'betrace.id.trace': 'test-trace-001', 'betrace.id.span': 'test-span-001' });
    expect(spanAttributes(span!.attributes)).toEqual({});
  });

  it('keeps nanoseconds that no double can hold', () => {
    const [span] = spansOf(spansFromJson(QUICK_START.replace('1699000000000000000', '1699000000000000001')));
    expect(span!.startTimeUnixNano).toBe(1699000000000000001n);
  });

  it('keeps OTLP ids unchanged, in lower case', () => {
    const span = one({ traceId: '5B8EFFF798038103D269B633813FC60C', spanId: 'EEE19B7EC3C1B174', parentSpanId: 'aaaaaaaaaaaaaaaa' });
    expect(span).toMatchObject({
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: 'eee19b7ec3c1b174',
      parentSpanId: 'aaaaaaaaaaaaaaaa',
      attributes: [],
    });
  });

  it.each([
    ['nanoseconds as a number', 1500, 1500n],
    ['nanoseconds as a text', '1699000000000000001', 1699000000000000001n],
    ['RFC 3339', '2023-11-03T08:26:40Z', 1699000000000000000n],
    ['RFC 3339 with nanoseconds', '2023-11-03T08:26:40.123456789Z', 1699000000123456789n],
    ['RFC 3339 with an offset', '2023-11-03T09:26:40.5+01:00', 1699000000500000000n],
  ])('takes a time as %s', (_, time, expected) => {
    expect(one({ start_time: time }).startTimeUnixNano).toBe(expected);
  });

  it.each([
    ['nanoseconds', 2_000_000_000, 2_000_000_000n],
    ['a text in seconds', '1.5s', 1_500_000_000n],
    ['a text in several units', '1m30s', 90_000_000_000n],
    ['microseconds', '250µs', 250_000n],
    ['days', '2d', 172_800_000_000_000n],
  ])('takes a duration as %s', (_, duration, expected) => {
    const span = one({ start_time: 1000, duration });
    expect(span.endTimeUnixNano - span.startTimeUnixNano).toBe(expected);
  });

  it.each([
    ['a name', 'ERROR', 2],
    ['a name of OTLP', 'STATUS_CODE_OK', 1],
    ['a number', 2, 2],
    ['an object', { code: 'error', message: 'boom' }, 2],
  ])('takes a status as %s', (_, status, code) => {
    expect(one({ status }).status?.code).toBe(code);
  });

  it('takes the status message from the status or from a separate member', () => {
    expect(one({ status: 'error', status_message: 'boom' }).status).toEqual({ code: 2, message: 'boom' });
    expect(one({ status: { code: 2, message: 'boom' } }).status).toEqual({ code: 2, message: 'boom' });
  });

  it.each([
    ['server', 2],
    ['SPAN_KIND_CLIENT', 3],
    [5, 5],
  ])('takes the kind %s', (kind, expected) => {
    expect(one({ kind }).kind).toBe(expected);
  });

  it('keeps every type of attribute', () => {
    const text =
      '{"attributes": {"s": "x", "b": true, "i": 3, "big": 9007199254740993, "d": 1.5, "l": [1, "a"], "m": {"k": 1}, "n": null}}';
    const [span] = spansOf(spansFromJson(text, { incomplete: true }));
    expect(spanAttributes(span!.attributes)).toEqual({
      s: 'x',
      b: true,
      i: 3,
      big: 9007199254740993n,
      d: 1.5,
      l: [1, 'a'],
      m: { k: 1 },
    });
  });

  it('groups spans of one service into one resource', () => {
    const spans = ['a', 'b', 'a'].map((service) => ({ service, resource: { 'host.name': 'h' }, scope: 'lib' }));
    const { resourceSpans } = spansFromJson(JSON.stringify({ spans }), { incomplete: true });
    expect(resourceSpans.map(({ resource }) => plainMap(resource!.attributes))).toEqual([
      { 'service.name': 'a', 'host.name': 'h' },
      { 'service.name': 'b', 'host.name': 'h' },
    ]);
    expect(resourceSpans[0]!.scopeSpans[0]!.spans).toHaveLength(2);
    expect(resourceSpans[0]!.scopeSpans[0]!.scope?.name).toBe('lib');
  });

  it('reads events and links', () => {
    const span = one({
      events: [{ name: 'exception', time: '2023-11-03T08:26:40Z', attributes: { 'exception.type': 'E' } }],
      links: [{ trace_id: '5b8efff798038103d269b633813fc60c', span_id: 'eee19b7ec3c1b174' }],
    });
    expect(span.events).toMatchObject([{ name: 'exception', timeUnixNano: 1699000000000000000n }]);
    expect(span.links).toMatchObject([{ traceId: '5b8efff798038103d269b633813fc60c', spanId: 'eee19b7ec3c1b174' }]);
  });

  it('lets a rule be tested with a span that has neither ids nor times', () => {
    const span = one({ name: 'test-span', duration: 2000000000, status: 'ok' });
    expect([span.startTimeUnixNano, span.endTimeUnixNano]).toEqual([0n, 2000000000n]);
    expect(plainMap(span.attributes)).toEqual({ 'betrace.id.trace': 'test-trace', 'betrace.id.span': 'test-span-1' });
  });

  it('names every field that is wrong', () => {
    const error = errorOf(
      '{"spans": [{"trace_id": "t", "span_id": 5, "name": "n", "start_time": "soon", "duration": 1, "kind": "big"}, 7]}',
    );
    expect(error.code).toBe('BT_OTLP_SPAN_FIELD');
    expect(error.fields.map(({ path }) => path)).toEqual(['spans[0].span_id', 'spans[0].start_time', 'spans[0].kind', 'spans[1]']);
    expect(error.message).toContain(
      'spans[0].start_time: expected nanoseconds since 1970 as an integer, or an RFC 3339 time, found "soon"',
    );
  });

  it.each([
    ['no ids', { name: 'n', start_time: 1, end_time: 2 }, ['trace_id', 'span_id']],
    ['no times', { trace_id: 't', span_id: 's', name: 'n' }, ['start_time', 'end_time']],
    ['a time before 1970', { trace_id: 't', span_id: 's', name: 'n', start_time: -1, end_time: 2 }, ['start_time']],
    [
      'a day that does not exist',
      { trace_id: 't', span_id: 's', name: 'n', start_time: '2023-02-30T00:00:00Z', end_time: 2 },
      ['start_time'],
    ],
    ['attributes as a text', { trace_id: 't', span_id: 's', name: 'n', start_time: 1, end_time: 2, attributes: 'x' }, ['attributes']],
  ])('refuses a span with %s', (_, span, paths) => {
    expect(errorOf(JSON.stringify(span)).fields.map(({ path }) => path)).toEqual(paths);
  });

  it('stops after the maximum of reported errors, so that a bad body does not delay others', () => {
    const unread = Object.defineProperty({}, 'name', {
      enumerable: true,
      get: () => {
        throw new Error('it was read');
      },
    }) as JsonValue;
    const fieldsOf = (value: JsonValue): readonly unknown[] => {
      try {
        spansFromValue(value);
      } catch (error) {
        return (error as OtlpError).fields ?? [error];
      }
      return [];
    };
    expect(fieldsOf([...Array.from({ length: 30 }, () => ({ nam: 1 })), unread])).toHaveLength(20);
    const members = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`unknown${i}`, 1]));
    expect(fieldsOf([Object.defineProperty(members, 'last', Object.getOwnPropertyDescriptor(unread, 'name')!)])).toHaveLength(20);
  });

  it('refuses a further member next to the list of spans if its spans would be ignored, and accepts the members of our answers', () => {
    const { code, fields } = errorOf(JSON.stringify({ spans: [], sapns: [{}], foo: 1, Spans: [{}] }), { incomplete: true });
    expect(code).toBe('BT_OTLP_SPAN_FIELD');
    expect(fields.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      "sapns: unknown member 'sapns', did you mean 'spans'?",
      "foo: unknown member 'foo'",
      "Spans: unknown member 'Spans', did you mean 'spans'?",
    ]);
    expect(errorOf(JSON.stringify({ spams: [{}] })).fields.map(({ message }) => message)).toEqual([
      "unknown member 'spams', did you mean 'spans'?",
    ]);
    const answer = { trace_id: 't', wire_trace_id: '0', complete: true, spans: [], late_spans_until: '2026-01-01T00:00:00Z' };
    expect(spansFromJson(JSON.stringify(answer)).resourceSpans).toEqual([]);
  });

  it('refuses unknown members at every level, and suggests the right one', () => {
    const { code, fields } = errorOf(
      JSON.stringify({
        spans: [
          {
            durations: 5,
            serviceNmae: 'shop',
            duration_ms: 2,
            colour: 'red',
            start_time_unix_nano: 1,
            ['x'.repeat(100_000)]: 1,
            __proto__x: 1,
            events: [{ nam: 'a' }],
            links: [{ trace: 'a' }],
            status: { cod: 1 },
            scope: { versoin: '1' },
          },
        ],
      }),
      { incomplete: true },
    );
    expect(code).toBe('BT_OTLP_SPAN_FIELD');
    expect(fields.map(({ path, message }) => `${path.slice(0, 40)}: ${message}`)).toEqual([
      "spans[0].scope.versoin: unknown member 'versoin', did you mean 'version'?",
      "spans[0].durations: unknown member 'durations', did you mean 'duration'?",
      "spans[0].serviceNmae: unknown member 'serviceNmae'",
      "spans[0].duration_ms: unknown member 'duration_ms', did you mean 'duration'?",
      "spans[0].colour: unknown member 'colour'",
      "spans[0].start_time_unix_nano: unknown member 'start_time_unix_nano', did you mean 'start_time'?",
      `spans[0].${'x'.repeat(31)}: unknown member '${'x'.repeat(40)}…'`,
      "spans[0].__proto__x: unknown member '__proto__x'",
      "spans[0].events[0].nam: unknown member 'nam', did you mean 'name'?",
      "spans[0].links[0].trace: unknown member 'trace', did you mean 'trace_id'?",
      "spans[0].status.cod: unknown member 'cod', did you mean 'code'?",
    ]);
  });

  it('refuses two spellings of one member with different values, of which readers would take either', () => {
    const ends = { span_id: 'b', name: 'x', start_time: 1, end_time: 5 };
    const refused = (span: object) =>
      errorOf(JSON.stringify({ spans: [{ trace_id: 'a', ...ends, ...span }] })).fields.map(({ path, message }) => `${path}: ${message}`);
    expect(refused({ traceId: 'c' })).toEqual(["spans[0].traceId: 'trace_id' is the same member: leave one of them out"]);
    expect(refused({ endTime: 6 })).toEqual(["spans[0].endTime: 'end_time' is the same member: leave one of them out"]);
    expect(refused({ parentSpanId: 'p', parent_id: 'q' })).toEqual([
      "spans[0].parent_id: 'parentSpanId' is the same member: leave one of them out",
    ]);
    expect(refused({ events: [{ name: 'e', time: 1, timestamp: 2 }] })).toEqual([
      "spans[0].events[0].timestamp: 'time' is the same member: leave one of them out",
    ]);
    expect(refused({ links: [{ trace_id: 'c', traceId: 'd', span_id: 'e' }] })).toHaveLength(1);
    expect(one({ traceId: 'a', trace_id: 'a', parent_id: 'p', parentSpanId: null, ...ends })).toMatchObject({ name: 'x' });
  });

  it('reads a test span of which only its events, links or attributes are written', () => {
    expect(one({ events: [{ name: 'exception' }] }).events).toHaveLength(1);
    expect(one({ links: [{ span_id: 'a' }] }).links).toHaveLength(1);
    expect(plainMap(one({ attributes: [{ key: 'a', value: { stringValue: 'x' } }] }).attributes)).toMatchObject({ a: 'x' });
  });

  it('suggests a short name of which two letters are swapped', () => {
    for (const [wrong, right] of Object.entries({ nmae: 'name', kidn: 'kind', stauts: 'status' }))
      expect(errorOf(JSON.stringify({ [wrong]: 'x' })).fields[0]?.message).toBe(`unknown member '${wrong}', did you mean '${right}'?`);
  });

  it.each([
    ['2016-12-31T23:59:60Z', 1_483_228_800_000_000_000n],
    ['2016-12-31t18:59:60.5-05:00', 1_483_228_800_500_000_000n],
    ['2016-12-30T23:59:60Z', undefined],
    ['2016-12-31T12:00:60Z', undefined],
    ['0070-01-01T00:00:00Z', undefined],
    ['0001-01-01T00:00:00Z', undefined],
    ['2026-01-01T00:00:00+99:00', undefined],
    ['2026-01-01T00:00:00+01:60', undefined],
    ['2026-02-30T00:00:00Z', undefined],
  ])('reads the time %s as one of the calendar, or not at all', (start_time, expected) => {
    const span = JSON.stringify({ start_time, duration: 1 });
    if (expected === undefined) expect(errorOf(span, { incomplete: true }).fields.map(({ path }) => path)).toEqual(['start_time']);
    else expect(one({ start_time, duration: 1 }).startTimeUnixNano).toBe(expected);
  });

  it('refuses null for the spans, so that a sender learns that its list is missing', () => {
    expect(() => spansFromJson('{"spans": null}')).toThrow('spans: expected a list of spans');
  });

  it('accepts a duration in addition to both times when it agrees, and derives a missing start', () => {
    expect(one({ start_time: 1, end_time: 6, duration: 5 })).toMatchObject({ startTimeUnixNano: 1n, endTimeUnixNano: 6n });
    expect(one({ end_time: 2_000_000_000, duration: '1.5s' })).toMatchObject({
      startTimeUnixNano: 500_000_000n,
      endTimeUnixNano: 2_000_000_000n,
    });
  });

  it.each([
    ['a wrong type', {}, 'nanoseconds as an integer, or a duration like "1.5s"'],
    ['another length', '5s', 'the span takes 5 ns from start_time to end_time: leave the duration or the end out'],
  ])('never ignores a duration in addition to both times: %s', (_, duration, expected) => {
    const text = JSON.stringify({ spans: [{ trace_id: 't', span_id: 's', name: 'n', start_time: 1, end_time: 6, duration }] });
    expect(() => spansFromJson(text)).toThrow(expected);
  });

  it('treats null as absent, accepts camelCase, and a duration in milliseconds in addition to the end, as in API answers', () => {
    expect(one({ colour: null, parentSpanId: 'p', startTime: 1, endTime: 2_000_001, duration_ms: 2, droppedLinksCount: 0 }).name).toBe('');
  });

  it('refuses an integer attribute beyond 64 bits', () => {
    const error = errorOf('{"attributes": {"http.size": 99999999999999999999}}', { incomplete: true });
    expect(error.fields).toEqual([{ path: 'attributes["http.size"]', message: 'expected an integer of 64 bits' }]);
  });

  it('refuses a value nested too deep and a body that is not JSON', () => {
    expect(errorOf(`{"attributes": {"a": ${'['.repeat(65)}${']'.repeat(65)}}}`).code).toBe('BT_OTLP_TOO_DEEP');
    expect(errorOf('{"spans": [').code).toBe('BT_OTLP_JSON_SYNTAX');
  });

  it('reads __proto__ as a key like any other', () => {
    for (const big of ['', ', "start_time": 1699000000000000001']) {
      const [span] = spansOf(spansFromJson(`{"attributes": {"__proto__": {"polluted": 1}}${big}}`, { incomplete: true }));
      expect(span!.attributes.at(-1)).toMatchObject({ key: '__proto__', value: { type: 'kvlist' } });
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
