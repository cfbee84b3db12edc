import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loggedSpans, type RunningIngest, startIngest } from '../../../../../test/fixtures/ingest/start-ingest.js';

let ingest: RunningIngest;
beforeAll(async () => {
  ingest = await startIngest();
});
afterAll(() => ingest.stop());

const post = (body: unknown, type = 'application/json') =>
  fetch(`${ingest.url}/v1/spans`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': type },
  });
const last = async () => (await loggedSpans(ingest.log)).at(-1)?.span;

describe('POST /v1/spans', () => {
  it("accepts the quick start's span, with ids that are not OTLP ids", async () => {
    // As text, since JavaScript's numbers would lose the nanoseconds.
    const response = await post(`{
      "spans": [{
        "trace_id": "test-trace-001",
        "span_id": "test-span-001",
        "name": "slow-operation",
        "start_time": 1699000000000000001,
        "end_time": 1699000002000000003
      }]
    }`);
    expect([response.status, await response.json()]).toEqual([202, { accepted: 1, rejected: 0 }]);
    expect(await last()).toMatchObject({
      name: 'slow-operation',
      startTimeUnixNano: 1_699_000_000_000_000_001n,
      endTimeUnixNano: 1_699_000_002_000_000_003n,
      attributes: expect.arrayContaining([{ key: 'betrace.id.trace', value: { type: 'string', value: 'test-trace-001' } }]),
    });
  });

  it('keeps a trace in one partition, whatever the form of its id', async () => {
    const spans = Array.from({ length: 10 }, (_, i) => ({
      trace_id: 'one',
      span_id: `s${i}`,
      name: 'in one',
      start_time: '1',
      end_time: '2',
    }));
    await post({ spans });
    const placed = (await loggedSpans(ingest.log)).filter(({ span }) => span.name === 'in one');
    expect(placed).toHaveLength(10);
    expect(new Set(placed.map(({ partition }) => partition)).size).toBe(1);
  });

  it('names each invalid field, and accepts nothing of the request', async () => {
    const before = (await loggedSpans(ingest.log)).length;
    const response = await post({
      spans: [
        { trace_id: 't', span_id: 's', name: 'a', start_time: 'soon' },
        { trace_id: 't', span_id: 's' },
      ],
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([400, expect.stringContaining('application/problem+json')]);
    const problem = (await response.json()) as { code: string; instance: string; errors: { path: string; message: string }[] };
    expect(problem).toMatchObject({ code: 'BT_OTLP_SPAN_FIELD', instance: '/v1/spans' });
    expect(problem.errors.map(({ path }) => path)).toEqual(expect.arrayContaining(['spans[0].start_time', 'spans[1].name']));
    expect(await loggedSpans(ingest.log)).toHaveLength(before);
  });

  it.each([
    ['no body', '', 'application/json', 400, 'BT_HTTP_BAD_JSON'],
    ['broken JSON', '{"spans": [}', 'application/json', 400, 'BT_HTTP_BAD_JSON'],
    ['an attribute twice', '{"spans": [{"attributes": {"a": 1, "a": 2}}]}', 'application/json', 400, 'BT_HTTP_BAD_JSON'],
    ['another content type', 'x', 'text/plain', 415, 'BT_INGEST_CONTENT_TYPE'],
  ])('refuses %s', async (_, body, type, status, code) => {
    const response = await post(body, type);
    expect([response.status, await response.json()]).toEqual([status, expect.objectContaining({ code })]);
  });

  it('names the place at which JSON breaks', async () => {
    const response = await post('{"spans": [\n  {"name": oops}\n]}');
    expect(await response.json()).toMatchObject({ errors: [{ line: 2, column: 12 }] });
  });
});
