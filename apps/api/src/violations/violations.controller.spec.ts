import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeRequest, spansFromValue } from '#otlp';
import { TOPICS } from '#records';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { eventually } from '../testing/eventually.js';
import { publish, violation } from '../testing/violation.js';
import type { WholeExplanation } from './explain-violation.js';
import type { TraceView } from './trace/trace.dto.js';

interface List {
  readonly violations: readonly { readonly id: string }[];
  readonly total: number;
  readonly next?: string;
}

const second = (seconds: number) => seconds * 1_000;

const UNDECIDED = { code: 'step_limit', reason: 'the rule took more steps than it may on one trace' };

describe('/v1/violations', () => {
  let api: ApiUnderTest;

  beforeAll(async () => {
    api = await ApiUnderTest.start();
    await publish(
      api.log,
      violation({ id: 'viol-a', timestamp_ms: second(1_000) }),
      violation({ id: 'viol-b', timestamp_ms: second(2_000), severity: 'CRITICAL', rule_id: 'unaudited', service: 'payments' }),
      violation({ id: 'viol-c', timestamp_ms: second(3_000), trace_id: 'other', span_id: 'other-span' }),
      violation({ id: 'viol-d', timestamp_ms: second(4_000), revision: 2, status: 'retracted' }),
      violation({ id: 'viol-e', timestamp_ms: second(500), status: 'undecided', undecided: UNDECIDED }),
    );
    await eventually(async () => ((await api.store.violations({}, { limit: 1 })).total === 5 ? true : undefined));
  });
  afterAll(() => api.close());

  const list = async (query = ''): Promise<List> => (await api.ask<List>('GET', `/v1/violations${query}`)).body;
  const ids = async (query: string): Promise<string[]> => (await list(query)).violations.map(({ id }) => id);

  it('queues searches behind each other, and nothing else behind them', async () => {
    let end!: () => void;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const running = [1, 2].map(() => api.searches.run(new AbortController().signal, 'search', () => ended));
    const answered: string[] = [];
    const ask = async (path: string): Promise<void> => {
      expect((await fetch(`${api.url}${path}`)).status).toBe(200);
      answered.push(path);
    };
    const paths = ['violations', 'violations/groups', 'violations/stats', 'violations/export'].map((path) => `/v1/${path}`);
    const searching = ['/v1/violations/stats?q=slow', '/v1/violations?q=slow&count=exact'];
    const searches = searching.map((path) => ask(path));
    // Lists and exports look for a text in short pages. There are few groups.
    const others = [
      ...paths,
      ...['', '/export', '/groups'].map((path) => `/v1/violations${path}?q=slow`),
      '/v1/violations?count=exact',
      '/v1/rules',
    ];
    await Promise.all(others.map((path) => ask(path)));
    expect(new Set(answered)).toEqual(new Set(others));
    end();
    await Promise.all([...running, ...searches]);
    expect(answered).toHaveLength(others.length + searching.length);
  });

  it("answers the guide's shape and the status, and nothing else", async () => {
    expect(await list('?trace_id=other')).toEqual({
      violations: [
        {
          id: 'viol-c',
          rule_id: 'slow-requests',
          rule_name: 'slow-requests',
          severity: 'HIGH',
          trace_id: 'other',
          span_id: 'other-span',
          timestamp: 3_000,
          metadata: { span_name: 'slow-operation', duration_ms: 2_000 },
          status: 'open',
        },
      ],
      total: 1,
    });
  });

  it.each([
    ['open violations, newest first, by default', '', ['viol-c', 'viol-b', 'viol-a']],
    ['a rule', '?rule_id=unaudited', ['viol-b']],
    ['a severity, in any case', '?severity=critical', ['viol-b']],
    ['several severities', '?severity=HIGH,CRITICAL', ['viol-c', 'viol-b', 'viol-a']],
    ['severities repeated', '?severity=LOW&severity=CRITICAL', ['viol-b']],
    ['a span', '?span_id=other-span', ['viol-c']],
    ['a service', '?service=payments', ['viol-b']],
    ['a time on, itself included', '?start_time=2000', ['viol-c', 'viol-b']],
    ['a time, itself not included', '?end_time=2000', ['viol-a']],
    ['a range in RFC 3339', '?start_time=1970-01-01T00:30:00Z&end_time=1970-01-01T00:45:00Z', ['viol-b']],
    ['what was retracted', '?status=retracted', ['viol-d']],
    ['what could not be judged', '?status=undecided', ['viol-e']],
    ['everything', '?status=all', ['viol-d', 'viol-c', 'viol-b', 'viol-a', 'viol-e']],
    ['filters together', '?severity=HIGH&start_time=2000&limit=100', ['viol-c']],
    ['no match', '?rule_id=unknown', []],
  ])('finds %s', async (_what, query, expected) => expect(await ids(query)).toEqual(expected));

  it('shows the status of retracted and undecided violations, and why there is no verdict', async () => {
    expect((await list('?status=undecided')).violations).toEqual([expect.objectContaining({ status: 'undecided', undecided: UNDECIDED })]);
    expect((await list('?status=retracted')).violations).toEqual([expect.objectContaining({ status: 'retracted' })]);
    expect((await list('?status=undecided&view=full')).violations).toEqual([expect.objectContaining({ undecided: UNDECIDED })]);
  });

  it('pages with a cursor, and counts all pages', async () => {
    const first = await list('?limit=2');
    expect(first).toMatchObject({ violations: [{ id: 'viol-c' }, { id: 'viol-b' }], total: 3 });
    const last = await list(`?limit=2&after=${first.next}`);
    expect(last).toMatchObject({ violations: [{ id: 'viol-a' }], total: 3 });
    expect(last).not.toHaveProperty('next');
  });

  it('answers every member when asked for the full view', async () => {
    expect((await list('?view=full&trace_id=other')).violations[0]).toMatchObject({
      revision: 1,
      status: 'open',
      explanation: { summary: 'span.duration > 1s' },
      signature: expect.any(String),
      log: { partition: 0 },
      timestamp: 3_000,
      timestamp_ms: 3_000_000,
    });
  });

  it.each([
    ['an unknown severity', '?severity=URGENT', 'BT_HTTP_INVALID'],
    ['an invalid time', '?start_time=yesterday', 'BT_HTTP_INVALID'],
    ['a limit of 0', '?limit=0', 'BT_HTTP_INVALID'],
    ['a limit beyond the highest', '?limit=1001', 'BT_HTTP_INVALID'],
    ['an unknown status', '?status=closed', 'BT_HTTP_INVALID'],
    ['a misspelt filter', '?rule=slow-requests', 'BT_HTTP_INVALID'],
    ['a cursor that no page gave', '?after=xyz', 'BT_STORE_BAD_CURSOR'],
    ['a cursor with control characters', '?cursor=%00', 'BT_STORE_BAD_CURSOR'],
    ['a rule with control characters, which none has', '?rule_id=%0a', 'BT_HTTP_INVALID'],
  ])('refuses %s', async (_what, query, code) => {
    const { status, body } = await api.ask('GET', `/v1/violations${query}`);
    expect(status).toBe(400);
    expect(body['code']).toBe(code);
  });

  it('finds violations by names with control characters that senders wrote', async () => {
    const [service, trace_id, span_id] = ['pay\u0000\n\u001b[31m', 'tr\tace', 'sp\u007fan'];
    await publish(api.log, violation({ id: 'viol-control', service, trace_id, span_id, message: 'in\u0000side' }));
    await eventually(() => api.store.violation('viol-control'));
    for (const [name, value] of Object.entries({ service, trace_id, span_id })) {
      const found = await api.ask<{ violations: readonly { id: string }[] }>('GET', `/v1/violations?${name}=${encodeURIComponent(value)}`);
      expect([name, found.body.violations?.map(({ id }) => id)]).toEqual([name, ['viol-control']]);
    }
  });

  it('answers one violation whole', async () => {
    const { status, body } = await api.ask('GET', '/v1/violations/viol-d');
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: 'viol-d', revision: 2, status: 'retracted', close_reason: 'certain', message: expect.any(String) });
    expect((await api.ask('GET', '/v1/violations/viol-x')).body['code']).toBe('BT_API_VIOLATION_NOT_FOUND');
  });

  it('verifies a signature, and detects a forgery', async () => {
    expect((await api.ask('POST', '/v1/violations/viol-a/verify')).body).toEqual({
      valid: true,
      signature: 'valid',
      public_signature: 'absent',
      key_id: expect.any(String),
    });
    await publish(api.log, { ...violation({ id: 'viol-forged' }), severity: 'LOW' });
    await eventually(() => api.store.violation('viol-forged'));
    expect((await api.ask('POST', '/v1/violations/viol-forged/verify')).body).toMatchObject({ valid: false, signature: 'invalid' });
  });

  it('calls no violation invalid whose key it lacks, as after a rotation', async () => {
    await publish(api.log, { ...violation({ id: 'viol-other-key' }), key_id: '00000000' });
    await eventually(() => api.store.violation('viol-other-key'));
    const { body } = await api.ask('POST', '/v1/violations/viol-other-key/verify');
    expect(body).toEqual({ valid: null, signature: 'unknown-key', public_signature: 'absent', key_id: '00000000' });
  });

  it('shows the ids of its spans as they were sent', async () => {
    const [root, pay] = [
      { trace_id: 'order-7', span_id: 'shop', name: 'shop' },
      { trace_id: 'order-7', span_id: 'pay', parent_id: 'shop', name: 'pay' },
    ];
    const request = spansFromValue({ spans: [root, pay] }, { incomplete: true });
    const wire_trace_id = request.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.traceId ?? '';
    const [offset = 0] = await api.log.append(TOPICS.spans, [{ partition: 1, value: encodeRequest(request) }]);
    const log = { partition: 1, first_offset: offset, last_offset: offset };
    await publish(api.log, violation({ id: 'viol-text', trace_id: 'order-7', wire_trace_id, log }));
    await eventually(() => api.store.violation('viol-text'));
    const { body } = await api.ask<{ spans: object[] }>('GET', '/v1/violations/viol-text/trace');
    expect(body).toMatchObject({ trace_id: 'order-7', wire_trace_id, spans: [root, pay] });
    expect(body.spans[0]).not.toHaveProperty('parent_id');
  });

  it('explains again on all spans, with the violated version of the rule', async () => {
    const expression = 'trace.count(span.name == "query") > 8';
    const rule = { id: 'queries', name: 'queries', expression, severity: 'LOW' };
    expect((await api.ask('POST', '/v1/rules', rule)).status).toBe(201);
    await api.ask('PUT', '/v1/rules/queries', { ...rule, expression: 'trace.count(span.name == "query") > 1000' });
    const ids = Array.from({ length: 9 }, (_, n) => `q-${n}`);
    const spans = ids.map((span_id, n) => ({ trace_id: 'nine', span_id, name: 'query', start_time: n, end_time: n + 1 }));
    const request = spansFromValue({ spans: [...spans, { trace_id: 'nine', span_id: 'x', name: 'other' }] }, { incomplete: true });
    const wire_trace_id = request.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.traceId ?? '';
    const [offset = 0] = await api.log.append(TOPICS.spans, [{ partition: 1, value: encodeRequest(request) }]);
    const log = { partition: 1, first_offset: offset, last_offset: offset };
    const about = { rule_id: 'queries', trace_id: 'nine', wire_trace_id };
    await publish(
      api.log,
      violation({ id: 'viol-nine', ...about, log }),
      violation({ id: 'viol-unknown-rule', rule_id: 'never-was', wire_trace_id, log }),
      violation({ id: 'viol-gone', ...about, log: { ...log, first_offset: offset + 1, last_offset: offset } }),
    );
    await eventually(() => api.store.violation('viol-gone'));
    const { status, body } = await api.ask<WholeExplanation>('GET', '/v1/violations/viol-nine/explanation');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      expression,
      rule_version: 1,
      complete: true,
      explanation: { tree: { kind: 'comparison', outcome: 'true' } },
    });
    const [count] = body.explanation.tree!.children!;
    expect(count).toMatchObject({ kind: 'count', value: 9, count: 9, of: 10, witnesses: ids });
    expect(expression.slice(count!.range.start, count!.range.end)).toBe('trace.count(span.name == "query")');
    for (const [id, code] of [
      ['viol-unknown-rule', 'BT_API_RULE_VERSION_NOT_FOUND'],
      ['viol-gone', 'BT_API_TRACE_GONE'],
      ['viol-none', 'BT_API_VIOLATION_NOT_FOUND'],
    ]) {
      expect(await api.ask('GET', `/v1/violations/${id}/explanation`)).toMatchObject({ status: 404, body: { code } });
    }
  });

  it('reads the trace from the log', async () => {
    const spans = [
      { trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: 'b7ad6b7169203331', name: 'pay', service: 'shop', duration: 5_000_000 },
      { trace_id: 'another', span_id: 'x', name: 'other' },
    ];
    const value = encodeRequest(spansFromValue({ spans }, { incomplete: true }));
    const [offset = 0] = await api.log.append(TOPICS.spans, [{ partition: 1, value }]);
    await publish(api.log, violation({ id: 'viol-traced', log: { partition: 1, first_offset: offset, last_offset: offset } }));
    await eventually(() => api.store.violation('viol-traced'));
    const { body } = await api.ask('GET', '/v1/violations/viol-traced/trace');
    expect((await api.ask('GET', '/v1/traces/0af7651916cd43dd8448eb211c80319c')).body).toEqual(body);
    expect(body).toMatchObject({
      complete: true,
      spans: [{ span_id: 'b7ad6b7169203331', name: 'pay', service: 'shop', start_time: '0', end_time: '5000000', duration_ms: 5 }],
    });
  });

  it('shows links, scope and events, and accepts its own answer as a test', async () => {
    const scope = { name: 'http', version: '1.2', attributes: { a: 1 } };
    const links = [{ trace_id: 'order-6', span_id: 'former', attributes: { kind: 'retry' } }];
    const events = [{ name: 'exception', time: '5', attributes: { 'exception.type': 'Timeout' } }];
    const whole = { trace_id: 'order-8', span_id: 'whole', name: 'pay', scope, links, events };
    const spans = [whole, { trace_id: 'order-8', span_id: 'bare', name: 'pay' }];
    const request = spansFromValue({ spans }, { incomplete: true });
    const wire_trace_id = request.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.traceId ?? '';
    const partition = 1;
    const append = async (value: Uint8Array) => (await api.log.append(TOPICS.spans, [{ partition, value }]))[0]!;
    const log = { partition, first_offset: await append(encodeRequest(request)), last_offset: await append(encodeRequest(request)) };
    await publish(api.log, violation({ id: 'viol-whole', trace_id: 'order-8', wire_trace_id, log }));
    await eventually(() => api.store.violation('viol-whole'));
    const { body } = await api.ask<TraceView>('GET', '/v1/traces/order-8');
    expect(body.spans).toEqual([
      expect.objectContaining({ scope, links, events }),
      expect.not.objectContaining({ scope: expect.anything() }),
    ]);
    expect(body.spans[1]).not.toHaveProperty('links');
    // The defaults: 10 s and 30 s after the last of them.
    const times: number[] = [];
    for await (const { records } of api.log.read(TOPICS.spans, partition, log.last_offset, log.last_offset + 1))
      times.push(...records.map(({ timestamp }) => timestamp + 40_000));
    expect(times).toEqual([Date.parse(body.late_spans_until!)]);
    const test = { expression: 'trace.has(span.name == "pay")', trace: { spans: body.spans } };
    expect(await api.ask('POST', '/v1/rules/test', test)).toMatchObject({ status: 200, body: { matches: true } });
    expect((await api.ask('GET', '/v1/traces/order-9')).body['code']).toBe('BT_API_TRACE_UNKNOWN');
    const beyond = { partition, first_offset: log.last_offset + 1, last_offset: log.last_offset + 1 };
    await publish(api.log, violation({ id: 'viol-beyond', trace_id: 'order-10', wire_trace_id: `${'0'.repeat(31)}9`, log: beyond }));
    await eventually(() => api.store.violation('viol-beyond'));
    expect((await api.ask('GET', '/v1/traces/order-10')).body['code']).toBe('BT_API_TRACE_GONE');
    expect((await api.ask<TraceView>('GET', '/v1/violations/viol-beyond/trace')).body).not.toHaveProperty('late_spans_until');
  });
});
