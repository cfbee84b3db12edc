import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { partitionOfKey } from '#messaging';
import { encodeRequest, spansFromValue } from '#otlp';
import { TOPICS } from '#records';
import { ApiUnderTest } from '../../testing/api-under-test.js';
import { eventually } from '../../testing/eventually.js';
import { publish, violation } from '../../testing/violation.js';
import type { RecentTracesView } from './recent-traces.dto.js';

type Value = string | number | { [name: string]: Value };
type Spans = { [name: string]: Value }[];

/** Times with which a trace without a root stays open during the tests. */
const TIMES = { BETRACE_TRACE_ROOT_GRACE: '10ms', BETRACE_TRACE_IDLE_TIMEOUT: '10m', BETRACE_TRACE_LATE_WINDOW: '10m' };

describe('recent traces', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.startIn(TIMES);
  });
  afterAll(() => api.close());

  const span = (trace_id: string, span_id: string, more: Spans[number] = {}): Spans[number] => ({
    trace_id,
    span_id,
    name: `span ${span_id}`,
    service: 'shop',
    start_time: '1700000000000000000',
    duration: 5_000_000,
    ...more,
  });
  /** Appends each request to the partition of its trace, like receivers; returns the wire id of the last. */
  const send = async (...requests: readonly Spans[]): Promise<string> => {
    const partitions = api.log.partitions(TOPICS.spans);
    const records = requests.map((spans) => {
      const request = spansFromValue({ spans }, { incomplete: true });
      const wireId = request.resourceSpans[0]!.scopeSpans[0]!.spans[0]!.traceId;
      return { wireId, partition: partitionOfKey(wireId, partitions), value: encodeRequest(request) };
    });
    await api.log.append(TOPICS.spans, records);
    return records.at(-1)!.wireId;
  };
  const list = async (query = '') => (await api.ask<RecentTracesView>('GET', `/v1/recent-traces${query}`)).body;
  /** A list is reused for two seconds. */
  const listWith = (...ids: readonly string[]) =>
    eventually(async () => {
      const { traces } = await list('?limit=100');
      return ids.every((id) => traces.some(({ trace_id }) => trace_id === id)) ? traces : undefined;
    });
  const test = (trace_id: string, expression: string) => api.ask('POST', '/v1/rules/test', { expression, trace_id });

  it('are listed with what distinguishes them, newest first, without those that still get spans', async () => {
    const order = await send(
      [span('order-1', 'child', { parent_id: 'root', status: 'error', start_time: '1700000000001000000' })],
      [span('order-1', 'root', { name: 'POST /checkout', duration: 390_000_000 })],
    );
    await send([span('open', 'child', { parent_id: 'missing' })]);
    await new Promise((after) => setTimeout(after, 5));
    await send([span('order-2', 'a', { service: 'other' })]);
    const traces = await listWith('order-1', 'order-2');
    expect(traces.map(({ trace_id }) => trace_id)).toEqual(['order-2', 'order-1']);
    expect(traces.at(-1)).toEqual({
      trace_id: 'order-1',
      wire_trace_id: order,
      name: 'POST /checkout',
      service: 'shop',
      spans: 2,
      errors: 1,
      duration_ms: 390,
      received_at: expect.any(String),
      complete: true,
    });
    expect((await list('?limit=1')).traces).toHaveLength(1);
    expect((await api.ask('GET', '/v1/recent-traces?limit=101')).status).toBe(400);
  });

  it('test a rule on exactly their spans, by the id as sent and by the wire id', async () => {
    // Together: its root would close the trace before a span that comes later.
    const wireId = await send(
      [span('fine', 'a', { name: 'charge', attributes: { amount: '9007199254740993' } })],
      [span('between', 'x', { name: 'audit' })],
      [span('fine', 'b', { parent_id: 'a', name: 'ship' })],
    );
    for (const id of ['fine', wireId, wireId.toUpperCase()]) {
      const { status, body } = await test(
        id,
        'trace.count(true) == 2 and trace.has(span.name == "ship") and not trace.has(span.name == "audit")',
      );
      expect([id, status, body['matches'], body['complete']]).toEqual([id, 200, true, true]);
      const { body: trace } = await api.ask<{ trace_id: string; complete: boolean; spans: { name: string }[] }>('GET', `/v1/traces/${id}`);
      expect(trace.spans.map(({ name }) => name)).toEqual(['charge', 'ship']);
      expect([trace.trace_id, trace.complete]).toEqual([id === 'fine' ? 'fine' : wireId, true]);
    }
    expect((await test('never', 'span.is_root')).body).toMatchObject({ status: 404, code: 'BT_API_TRACE_UNKNOWN' });
  });

  it('are found far behind the end, and in one that has a violation only where its record says', async () => {
    await send([span('far', 'a')]);
    const many = Array.from({ length: 1_000 }, (_, n) => [span(`filler-${n}`, 'a')]);
    await send(...many);
    expect((await test('far', 'span.is_root')).body).toMatchObject({ matches: true, complete: true });
    const { traces, sampled_spans } = await eventually(async () => {
      const listed = await list();
      return listed.traces.length < 20 ? undefined : listed;
    });
    expect(traces).toHaveLength(20);
    expect(sampled_spans).toBeLessThan(1_010);
    await publish(api.log, violation({ id: 'viol-gone', trace_id: 'gone', wire_trace_id: 'e'.repeat(32) }));
    await eventually(() => api.store.violation('viol-gone'));
    expect((await test('gone', 'span.is_root')).body).toMatchObject({ code: 'BT_API_TRACE_GONE' });
  });

  it('cannot block the process when many callers request them at once', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => test('never', 'span.is_root')));
    const codes = new Set(answers.map(({ body }) => body['code']));
    expect([...codes].sort()).toEqual(['BT_API_TRACES_BUSY', 'BT_API_TRACE_UNKNOWN']);
    expect((await test('never', 'span.is_root')).status).toBe(404);
  });
});
