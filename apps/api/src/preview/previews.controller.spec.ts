import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeRequest, spansFromValue } from '#otlp';
import { TOPICS } from '#records';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { eventually } from '../testing/eventually.js';
import type { PreviewView } from './preview.dto.js';

describe('POST /v1/rules/preview', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    // The tests concern a preview's result, not its share of a CPU.
    api = await ApiUnderTest.start('--rules.preview_load=100');
  });
  afterAll(() => api.close());

  const append = async (...spans: readonly object[]): Promise<void> => {
    const value = encodeRequest(spansFromValue({ spans: spans.map((span) => ({ ...span })) } as never, { incomplete: true }));
    await api.log.append(TOPICS.spans, [{ partition: 0, value }]);
  };
  const preview = async (body: object): Promise<PreviewView> => {
    const { status, headers, body: begun } = await api.ask<PreviewView>('POST', '/v1/rules/preview', body);
    expect({ status, location: headers.get('location') }).toEqual({ status: 202, location: `/v1/previews/${begun.id}` });
    return eventually(async () => {
      const { body: now } = await api.ask<PreviewView>('GET', `/v1/previews/${begun.id}?wait=30s`);
      return now.state === 'queued' || now.state === 'running' ? undefined : now;
    }, 100_000);
  };

  it('treats `null` as absent', async () => {
    const nothing = { on_error: null, name: null, message: null, samples: null, compare_with: null };
    const { state, result } = await preview({ expression: 'span.duration > 1s', ...nothing });
    expect([state, result?.comparison]).toEqual(['done', undefined]);
    const compare_with = { rule_id: null, expression: 'span.duration > 1s', on_error: null };
    expect((await preview({ expression: 'span.duration > 2s', compare_with })).state).toBe('done');
    const { status } = await api.ask('POST', '/v1/rules/preview', { expression: 'span.duration > 2s', compare_with: { rule_id: null } });
    expect(status).toBe(400);
  });

  it('answers zeros for an empty log', async () => {
    const { state, result } = await preview({ expression: 'span.duration > 1s' });
    expect(state).toBe('done');
    expect(result).toMatchObject({ traces: 0, matched_traces: 0, violations: 0, samples: [], limits: { open_traces: 0, began_before: 0 } });
  });

  it('lists the matches, and the difference to the compared rule', async () => {
    await append({ trace_id: 'a', span_id: '1', name: 'pay', service: 'shop', duration: 3_000_000_000 });
    await append(
      { trace_id: 'b', span_id: '1', name: 'pay', duration: 1_500_000_000 },
      { trace_id: 'c', span_id: '1', name: 'pay', duration: 1 },
    );
    await append({ trace_id: 'd', span_id: '1', name: 'odd \u{0}', duration: 2_500_000_000, attributes: { text: '\ud800' } });
    const compare_with = { expression: 'span.duration > 1s and span.name == "pay"' };
    const { result } = await preview({ expression: 'span.duration > 2s', name: 'slow', message: 'too slow', from: '1h', compare_with });
    expect(result).toMatchObject({
      traces: 4,
      matched_traces: 2,
      violations: 2,
      limits: { open_traces: 4 },
      comparison: { only_new: 1, only_old: 1, both: 1 },
    });
    expect(result?.samples.map(({ trace_id, message }) => [trace_id, message]).sort()).toEqual([
      ['a', 'too slow'],
      ['d', 'too slow'],
    ]);
    const { only_new_samples, only_old_samples, both_samples } = result?.comparison ?? {};
    const shown = [only_new_samples, only_old_samples, both_samples].map((samples) =>
      samples?.map(({ trace_id, message }) => [trace_id, message]),
    );
    expect(shown).toEqual([[['d', 'too slow']], [['b', expect.stringMatching(/^compared: /)]], [['a', 'too slow']]]);
    expect((await preview({ expression: 'span.duration > 2s', samples: 1 })).result?.samples).toHaveLength(1);
    const past = await preview({ expression: 'span.duration > 2s', from: '2001-01-01T00:00:00Z', to: '2002-01-01T00:00:00Z' });
    expect(past.result).toMatchObject({ traces: 0, from: '2001-01-01T00:00:00.000Z', to: '2002-01-01T00:00:00.000Z' });
    for (const from of ['0', 0, '1970-01-01T00:00:00Z']) {
      const all = await preview({ expression: 'span.duration > 2s', from, to: '0s' });
      expect([from, all.result?.violations]).toEqual([from, result?.violations]);
    }
  });

  it('counts failed evaluations', async () => {
    await append({ trace_id: 'e', span_id: '1', name: 'x', attributes: { n: 'text' } });
    const { result } = await preview({ expression: 'attribute.n > 5' });
    expect(result?.cost.errors).toContainEqual({ message: 'attempt to compare number with string', count: 1 });
  });

  it('compares with a rule of the server', async () => {
    await api.ask('POST', '/v1/rules', { name: 'slow', expression: 'span.duration > 1s', mode: 'off' });
    const { result } = await preview({ expression: 'span.duration > 2s', compare_with: { rule_id: 'slow' } });
    expect(result?.comparison).toMatchObject({ only_new: 0, only_old: 1, both: 2 });
    expect(result?.comparison?.only_old_samples[0]?.message).toMatch(/^slow: /);
  });

  it('compares a candidate in shadow with the rule that it would replace', async () => {
    await api.ask('POST', '/v1/rules', { name: 'live', expression: 'span.duration > 2s', message: 'it is slow' });
    await api.ask('POST', '/v1/rules', { name: 'candidate', expression: 'span.duration > 1s and span.duration < 3s', mode: 'shadow' });
    const { expression, result } = await preview({ rule_id: 'candidate', compare_with: { rule_id: 'live' } });
    expect(expression).toBe('span.duration > 1s and span.duration < 3s');
    expect(result?.comparison).toMatchObject({ only_new: 1, only_old: 1, both: 1 });
    expect(result?.comparison?.only_old_samples).toEqual([expect.objectContaining({ trace_id: 'a', message: 'it is slow' })]);
  });

  it.each([
    ['no rule', {}, 400, 'BT_API_PREVIEW_RULE'],
    ['an expression and a rule', { expression: 'span.duration > 1s', rule_id: 'slow' }, 400, 'BT_API_PREVIEW_RULE'],
    ['an expression with errors', { expression: 'span.durations > 1s' }, 422, 'BT_API_EXPRESSION_INVALID'],
    ['a member that it does not know', { expression: 'span.duration > 1s', since: '1h' }, 400, 'BT_HTTP_INVALID'],
    ['an invalid time', { expression: 'span.duration > 1s', from: 'yesterday' }, 400, 'BT_HTTP_INVALID'],
    ['a time that is not a text', { expression: 'span.duration > 1s', from: { a: 1 } }, 400, 'BT_HTTP_INVALID'],
    ['an end before the beginning', { expression: 'span.duration > 1s', from: '1h', to: '2h' }, 400, 'BT_API_TIME_RANGE_EMPTY'],
    ['a beginning in the future', { expression: 'span.duration > 1s', from: '2999-01-01T00:00:00Z' }, 400, 'BT_API_TIME_RANGE_EMPTY'],
    ['too many samples', { expression: 'span.duration > 1s', samples: 51 }, 400, 'BT_HTTP_INVALID'],
    ['a comparison with nothing', { expression: 'span.duration > 1s', compare_with: {} }, 400, 'BT_API_PREVIEW_RULE'],
    ['a comparison that is not an object', { expression: 'span.duration > 1s', compare_with: 5 }, 400, 'BT_HTTP_INVALID'],
    [
      'a comparison with two things',
      { expression: 'span.duration > 1s', compare_with: { rule_id: 'a', expression: 'span.duration > 1s' } },
      400,
      'BT_API_PREVIEW_RULE',
    ],
    ['a rule that does not exist', { expression: 'span.duration > 1s', compare_with: { rule_id: 'none' } }, 404, 'BT_API_RULE_NOT_FOUND'],
    [
      'an expression that is compared and has errors',
      { expression: 'span.duration > 1s', compare_with: { expression: '(' } },
      422,
      'BT_API_EXPRESSION_INVALID',
    ],
  ])('refuses %s', async (_what, body, status, code) => {
    expect(await api.ask('POST', '/v1/rules/preview', body)).toMatchObject({ status, body: { code } });
  });

  it('answers 404 for unknown previews', async () => {
    const { id } = await preview({ expression: 'span.duration > 1s' });
    const list = (await api.ask<{ previews: readonly PreviewView[] }>('GET', '/v1/previews')).body.previews;
    expect(list[0]).toMatchObject({ id, state: 'done', created_by: 'anonymous' });
    expect(list[0]).not.toHaveProperty('result');
    expect((await api.ask('GET', `/v1/previews/${id}?wait=never`)).status).toBe(400);
    expect((await api.ask('DELETE', `/v1/previews/${id}`)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) {
      expect(await api.ask(method, `/v1/previews/${id}`)).toMatchObject({ status: 404, body: { code: 'BT_API_PREVIEW_NOT_FOUND' } });
    }
    for (let n = 0; n < 22; n++) await preview({ expression: 'span.duration > 1s' });
    expect((await api.ask<{ previews: readonly object[] }>('GET', '/v1/previews')).body.previews.length).toBeLessThanOrEqual(21);
  });
});
