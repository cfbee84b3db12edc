import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeRequest, spansFromValue } from '#otlp';
import { TOPICS } from '#records';
import { ApiUnderTest } from '../../testing/api-under-test.js';
import { eventually } from '../../testing/eventually.js';
import { publish, violation } from '../../testing/violation.js';

describe('a rule that is tried on a stored trace', () => {
  let api: ApiUnderTest;
  let wireTraceId: string;
  beforeAll(async () => {
    api = await ApiUnderTest.start();
    // The trace is in two records, with another trace in and between them.
    const of = (trace_id: string, span_id: string, name: string) => ({ trace_id, span_id, name, duration: '9007199254740993' });
    const requests = [
      [of('order-7', 'a', 'charge'), of('order-8', 'x', 'audit')],
      [of('order-8', 'y', 'audit')],
      [{ ...of('order-7', 'b', 'ship'), parent_id: 'a' }],
    ].map((spans) => spansFromValue({ spans }, { incomplete: true }));
    wireTraceId = requests[0]!.resourceSpans[0]!.scopeSpans[0]!.spans[0]!.traceId;
    const records = requests.map((request) => ({ partition: 1, value: encodeRequest(request) }));
    const offsets = await api.log.append(TOPICS.spans, records);
    const about = { trace_id: 'order-7', wire_trace_id: wireTraceId };
    const range = (first: number, last: number) => ({ partition: 1, first_offset: offsets[first]!, last_offset: offsets[last]! });
    await publish(
      api.log,
      // Judged in fragments: no range includes the whole trace.
      violation({ ...about, id: 'viol-1', log: range(0, 0) }),
      violation({ ...about, id: 'viol-2', status: 'retracted', revision: 2, log: range(2, 2) }),
      violation({ id: 'viol-3', trace_id: 'gone', wire_trace_id: 'f'.repeat(32), log: range(0, 2) }),
    );
    await eventually(() => api.store.violation('viol-3'));
    await eventually(async () => ((await api.store.violations({}, { limit: 1 })).total === 3 ? true : undefined));
  });
  afterAll(() => api.close());

  const test = (body: unknown) => api.ask('POST', '/v1/rules/test', body);

  it('uses all of its spans and no others', async () => {
    for (const trace_id of ['order-7', wireTraceId]) {
      const expression = 'trace.count(true) == 2 and trace.has(span.name == "ship") and not trace.has(span.name == "audit")';
      const { status, body } = await test({ expression: expression.replace('true', 'span.duration == 9007199254740993'), trace_id });
      expect([status, body['matches'], body['complete']]).toEqual([200, true, true]);
    }
    expect((await test({ expression: 'trace.has(span.name == "audit")', trace_id: 'order-7' })).body).toMatchObject({ matches: false });
    const each = await test({ expression: 'span.name == "ship"', trace_id: 'order-7' });
    expect(each.body).toMatchObject({ matches: true, matched_spans: ['b'] });
  });

  it('reports an unknown trace, and one whose spans are deleted', async () => {
    const expression = 'trace.has(span.name == "ship")';
    expect((await test({ expression, trace_id: 'never' })).body).toMatchObject({ status: 404, code: 'BT_API_TRACE_UNKNOWN' });
    expect((await test({ expression, trace_id: 'gone' })).body).toMatchObject({ status: 404, code: 'BT_API_TRACE_GONE' });
  });

  it.each([5, null, {}, ['order-7'], true])('is refused when its trace id is not a text: %j', async (trace_id) => {
    expect((await test({ expression: 'span.is_root', trace_id })).body).toMatchObject({ status: 400, code: 'BT_API_TEST_SPANS_MISSING' });
  });

  it('still reports its errors, and prefers spans in the body', async () => {
    expect((await test({ expression: 'span.durations > 1', trace_id: 'order-7' })).body).toMatchObject({
      code: 'BT_API_EXPRESSION_INVALID',
    });
    expect((await test({ trace_id: 'order-7' })).body).toMatchObject({ code: 'BT_API_TEST_SPANS_MISSING' });
    const { body } = await test({ expression: 'span.name == "sent"', trace_id: 'order-7', span: { name: 'sent' } });
    expect(body['matches']).toBe(true);
    expect(body).not.toHaveProperty('complete');
  });

  it.each([
    ['', 404],
    ['\u0000', 400],
    ['\ud800', 404],
    ['%', 404],
    ['x'.repeat(100_000), 404],
  ])('an unusual trace id matches no violation: %#', async (trace_id, status) => {
    const code = status === 404 ? 'BT_API_TRACE_UNKNOWN' : 'BT_HTTP_BAD_REQUEST';
    expect((await test({ expression: 'span.is_root', trace_id })).body).toMatchObject({ status, code });
  });
});
