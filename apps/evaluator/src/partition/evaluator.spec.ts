import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CONTROL_HEADER, TOPICS } from '#records';
import { EvaluatorUnderTest, SLOW, slow, UNAUDITED } from '../../../../test/fixtures/evaluator/evaluator-under-test.js';
import { traceIn } from '../../../../test/fixtures/evaluator/trace-in.js';

describe('Evaluator', () => {
  const test = new EvaluatorUnderTest();
  const { start, rules, send, recordsOf, violations, until, found, sum } = test;
  beforeEach(test.open);
  afterEach(test.close);

  it('publishes a signed violation in the partition of its span', async () => {
    await start();
    await rules(1, SLOW);
    await send(1, slow('s1'));
    await found(1, 1);
    expect(await violations(0)).toEqual([]);
    expect(await violations(1)).toEqual([
      expect.objectContaining({
        rule_id: 'slow',
        rule_name: 'Slow',
        severity: 'HIGH',
        trace_id: traceIn(1, 2, 'a'),
        span_id: 's1',
        status: 'open',
        revision: 1,
        close_reason: 'certain',
        signature: expect.stringMatching(/^[0-9a-f]{64}$/),
        metadata: { span_name: 'request', duration_ms: 2_000 },
        log: { partition: 1, first_offset: 1, last_offset: 1 },
      }),
    ]);
  });

  it('judges by the rules in force at each offset', async () => {
    await send(0, slow('before'));
    await rules(1, SLOW);
    await send(0, slow('with'));
    await rules(2);
    await send(0, slow('after'));
    await rules(3, SLOW);
    await send(0, slow('again'));
    await start();
    await found(2);
    expect((await violations()).map(({ span_id }) => span_id)).toEqual(['with', 'again']);
  });

  it('appends ticks to an idle partition, so that a trace closes', async () => {
    await start();
    await rules(1, UNAUDITED);
    await send(0, { trace_id: 'a', span_id: 'c', name: 'charge' });
    await found(1);
    expect((await violations())[0]).toMatchObject({ rule_id: 'unaudited', close_reason: 'root_grace', complete: true });
    const ticks = (await recordsOf(TOPICS.spans, 0)).filter(({ headers }) => headers?.[CONTROL_HEADER] === 'tick');
    expect(ticks.length).toBeGreaterThan(0);
    await until(async () => test.commits.get(0) === (await test.log.bounds(TOPICS.spans, 0)).end);
    const { end } = await test.log.bounds(TOPICS.spans, 0);
    await new Promise((done) => setTimeout(done, 50));
    expect((await test.log.bounds(TOPICS.spans, 0)).end).toBe(end);
  });

  it('continues to read when traces exceed the memory budget, and reports it until memory is free', async () => {
    test.budget = 300;
    await rules(1, UNAUDITED);
    for (let n = 0; n < 10; n++) await send(0, { trace_id: `trace-${n}`, span_id: 'c', name: 'charge' });
    await start();
    // The metric is also reported during a batch, which may take long.
    const waiting = () => {
      test.evaluator.measure();
      const told = test.evaluator.measurements.drain().filter(({ metric, labels }) => metric === 'waiting' && labels['partition'] === '0');
      return [told.at(-1)?.value, test.evaluator.full];
    };
    await until(async () => test.evaluator.full.length > 0);
    expect(waiting()).toEqual([1, [0]]);
    await found(10);
    await until(async () => test.evaluator.full.length === 0);
    expect(waiting()).toEqual([0, []]);
    expect(new Set((await violations()).map(({ close_reason }) => close_reason))).toEqual(new Set(['root_grace']));
    expect(test.evaluator.failure).toBeUndefined();
  });

  it('sends unreadable records to the dead letters, and continues', async () => {
    await start();
    await rules(1, SLOW);
    await test.log.append(TOPICS.spans, [{ partition: 0, key: 'k', value: Buffer.from('no protobuf at all') }]);
    await send(0, slow('s1'));
    await found(1);
    const [letter] = await recordsOf(TOPICS.deadLetters, 0);
    expect(Buffer.from(letter?.value ?? []).toString()).toBe('no protobuf at all');
    expect(letter).toMatchObject({
      key: 'k',
      headers: { 'betrace-dead-partition': '0', 'betrace-dead-offset': '1', 'betrace-dead-reason': expect.any(String) },
    });
    await until(async () => sum('spansRejected') === 1);
  });

  it('accounts for every span: evaluated, duplicate or unreadable', async () => {
    await start();
    await rules(1, SLOW);
    await send(0, slow('s1'), slow('s2'), slow('s1'));
    await send(0, slow('s2'));
    await found(2);
    await until(async () => sum('spansEvaluated') + sum('spansDuplicate') === 4);
    expect(sum('spansDuplicate')).toBe(2);
    expect(sum('violations')).toBe(2);
  });

  it('counts the errors of a rule by their text, and judges the others', async () => {
    const failing = { ...SLOW, id: 'failing', expression: 'span.attributes["n"] > 5' };
    await start();
    await rules(1, failing, SLOW);
    await send(0, slow('s1'));
    await found(1);
    await until(async () => sum('ruleEvaluationErrors') === 1);
    expect(test.measured.find(({ metric }) => metric === 'ruleEvaluationErrors')?.labels).toEqual({
      rule_id: 'failing',
      error: expect.stringContaining('compare'),
    });
  });

  it('publishes to the log which rule fails, how often and why, until the rule changes', async () => {
    const failing = { ...SLOW, id: 'failing', expression: 'span.attributes["n"] > 5' };
    await start();
    await rules(1, failing, SLOW);
    await send(1, slow('s1'), slow('s2'));
    const statuses = async () =>
      (await recordsOf(TOPICS.ruleStatus, 0)).map(({ key, value }) => [key, JSON.parse(String(Buffer.from(value)))]);
    await until(async () => (await statuses()).length > 0);
    const status = { rule_id: 'failing', rule_version: 1, partition: 1, errors: 2, last_error: expect.stringContaining('compare') };
    expect(await statuses()).toEqual([['failing/1', { ...status, last_error_at_ms: expect.any(Number) }]]);
    await rules(2, { ...failing, version: 2 });
    await send(1, slow('s3'));
    await until(async () => (await statuses()).length > 1);
    expect((await statuses()).at(-1)?.[1]).toMatchObject({ rule_version: 2, errors: 1 });
  });
});
