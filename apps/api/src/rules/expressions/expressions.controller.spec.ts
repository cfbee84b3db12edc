import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiUnderTest } from '../../testing/api-under-test.js';

describe('expressions that are not saved', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start();
  });
  afterAll(() => api.close());

  const test = async (body: unknown) => api.ask('POST', '/v1/rules/test', body);

  it("tries the guide's short span", async () => {
    const { status, body } = await test({
      expression: 'span.duration > 1s',
      span: { name: 'test-span', duration: 2_000_000_000, status: 'ok' },
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      matches: true,
      evaluation_time_ms: expect.any(Number),
      explanation: {
        summary: expect.stringContaining('2s'),
        conditions: [expect.objectContaining({ value: true })],
        tree: {
          range: { start: 0, end: 18, line: 1, column: 1, end_line: 1, end_column: 19 },
          kind: 'comparison',
          outcome: 'true',
          sentence: 'span.duration > 1s holds (span.duration is 2s)',
          span: 'test-span-1',
          values: { 'span.duration': 2_000_000_000 },
        },
      },
      warnings: [],
      matched_spans: ['test-span-1'],
    });
  });

  it('answers warnings too, and refuses unknown members of a span', async () => {
    const tried = await test({ expression: 'span.duration > 500', span: { duration: 1 } });
    expect(tried.body).toMatchObject({ matches: false, warnings: [{ code: 'BT_DSL_UNIT', column: 17, end_column: 20 }] });
    const { status, body } = await test({ expression: 'span.duration > 1s', span: { durations: 1 } });
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ path: 'span.durations', message: "unknown member 'durations', did you mean 'duration'?" }] });
  });

  it("tries the guide's whole span", async () => {
    const body = `{"expression": "span.duration > 1s", "span": {"trace_id": "test", "span_id": "test", "name": "operation",
      "start_time": 1699000000000000000, "end_time": 1699000002000000000}}`;
    expect((await test(body)).body['matches']).toBe(true);
  });

  it('keeps all digits of nanoseconds', async () => {
    const body = (end: string) => `{"expression": "span.duration == 1 and span.end_time == 1699000000000000001",
      "span": {"name": "x", "start_time": 1699000000000000000, "end_time": ${end}}}`;
    expect((await test(body('1699000000000000001'))).body['matches']).toBe(true);
    expect((await test(body('1699000000000000002'))).body['matches']).toBe(false);
  });

  it('tries a trace, and explains why it does not match', async () => {
    const expression = 'trace.has(span.name == "charge") and not trace.has(span.name == "audit.log")';
    const trace = { spans: [{ name: 'charge' }, { name: 'audit.log' }] };
    const { body } = await test({ expression, trace });
    expect(body).toMatchObject({ matches: false, explanation: { conditions: expect.any(Array) } });
    expect((await test({ expression, trace: { spans: [{ name: 'charge' }] } })).body['matches']).toBe(true);
  });

  it('answers an evaluation that failed as no match, with the error', async () => {
    const { status, body } = await test({ expression: 'span.attributes["user.id"] > 1000', span: { name: 'x' } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ matches: false, error: expect.stringContaining('attempt to compare') });
  });

  it('explains an undecided result, and applies on_error', async () => {
    const trial = { expression: 'attribute.amount > 1000', span: { name: 'x', attributes: { amount: '5000' } } };
    expect((await test(trial)).body).toMatchObject({ matches: false });
    expect((await test(trial)).body['undecided']).toBeUndefined();
    expect((await test({ ...trial, on_error: 'undecided' })).body).toMatchObject({
      matches: false,
      undecided: { code: 'value_type', reason: expect.stringContaining('attribute.amount is "5000"') },
    });
    expect((await test({ ...trial, on_error: 'violation' })).body).toMatchObject({ matches: true });
  });

  it.each([
    ['an unknown on_error', { expression: 'true', span: { name: 'x' }, on_error: 'ignore' }, 400, 'BT_API_TEST_ON_ERROR'],
    ['no expression', { span: { name: 'x' } }, 400, 'BT_API_TEST_SPANS_MISSING'],
    ['nothing to judge', { expression: 'true' }, 400, 'BT_API_TEST_SPANS_MISSING'],
    [
      'a member that it does not know',
      { expression: 'true', span: { name: 'x' }, on_eror: 'violation' },
      400,
      'BT_API_TEST_MEMBER_UNKNOWN',
    ],
    [
      'a trace id that is not a text, with spans',
      { expression: 'true', span: { name: 'x' }, trace_id: {} },
      400,
      'BT_API_TEST_SPANS_MISSING',
    ],
    ['spans in two members', { expression: 'true', span: { name: 'x' }, trace: { spans: [] } }, 400, 'BT_API_TEST_SPANS_TWICE'],
    ['a list', [], 400, 'BT_API_TEST_SPANS_MISSING'],
    ['what is not JSON', '{"expression": ', 400, 'BT_HTTP_BAD_JSON'],
    ['two expressions', '{"expression": "span.is_root", "span": {}, "expression": "not span.is_root"}', 400, 'BT_HTTP_BAD_JSON'],
    ['a wrong field', { expression: 'true', trace: { spans: [{ name: 'x', duration: 'long' }] } }, 400, 'BT_OTLP_SPAN_FIELD'],
    ['a syntax error', { expression: 'span.duration >', span: { name: 'x' } }, 422, 'BT_API_EXPRESSION_INVALID'],
  ])('refuses %s', async (_what, body, status, code) => {
    const answer = await test(body);
    expect(answer.status).toBe(status);
    expect(answer.body['code']).toBe(code);
  });

  it('names the wrong field by its path', async () => {
    const { body } = await test({ expression: 'true', trace: { spans: [{ name: 'x', duration: 'long' }] } });
    expect(body['detail']).toContain('trace.spans[0].duration');
  });

  it('checks an expression without trying it', async () => {
    const validate = async (expression: string) => (await api.ask('POST', '/v1/rules/validate', { expression })).body;
    expect(await validate('span.duration > 1s')).toEqual({
      valid: true,
      errors: [],
      warnings: [],
      subject: 'span',
      needs: 'span',
      fires: 'on_arrival',
      summary: 'judges each span by itself; fires when the span arrives',
      cost: { nanoseconds_per_span: expect.any(Number), bytes_per_trace: 0, buffers: 'nothing' },
      gives_up_from: null,
      gives_up_from_with_links: null,
    });
    expect(await validate('not trace.has(span.name == "a")')).toMatchObject({
      valid: true,
      subject: 'trace',
      needs: 'online',
      fires: 'at_close',
      cost: { bytes_per_trace: 1, buffers: 'nothing' },
    });
    expect(await validate('trace.count(span.name == "a") + trace.count(span.name == "b") > 3')).toMatchObject({
      needs: 'online',
      fires: 'when_certain',
    });
    expect(await validate('trace.has(a where trace.has(b where b.name .. a.name == "x"))')).toMatchObject({
      gives_up_from: { spans: expect.any(Number), per: 'trace' },
      gives_up_from_with_links: { spans: expect.any(Number), per: 'trace' },
    });
    expect(await validate('local n = #trace.spans return n > 3')).not.toHaveProperty('gives_up_from');
    expect(await validate('return #span.events > 3')).toMatchObject({ needs: 'spans', cost: { buffers: 'spans' } });
    expect(await validate('span.durations > 1s')).toMatchObject({
      valid: false,
      errors: [{ line: 1, column: 6, code: 'BT_DSL_UNKNOWN_FIELD', suggestion: 'duration', fix: { start: 5, end: 14, text: 'duration' } }],
    });
  });

  it('answers other requests during a slow trial', async () => {
    const pattern = '(?:a?){600}a{200}b';
    const span = { name: `bc${'a'.repeat(200_000)}` };
    let tried = false;
    const slow = test({ expression: `span.name matches "${pattern}"`, span }).then((answer) => {
      tried = true;
      return answer;
    });
    const during: boolean[] = [];
    for (let n = 0; n < 5; n++) {
      await api.ask('GET', '/health');
      during.push(tried);
    }
    expect(during).toContain(false);
    expect([200, 422]).toContain((await slow).status);
  });

  it('limits the size of bodies', async () => {
    const { status, body } = await test({ expression: 'true', span: { name: 'x'.repeat(8 * 1024 * 1024) } });
    expect([status, body['code']]).toEqual([413, 'BT_HTTP_TOO_LARGE']);
    expect((await api.ask('POST', '/v1/rules/validate', { expression: 'x'.repeat(1024 * 1024) })).status).toBe(413);
  });

  it('answers the vocabulary of the language', async () => {
    const { body } = await api.ask('GET', '/v1/dsl');
    expect(body).toMatchObject({ span: { fields: expect.any(Array) }, trace: { functions: expect.any(Array) } });
  });
});
