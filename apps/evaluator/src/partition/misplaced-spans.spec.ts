import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeRequest, spansFromValue } from '#otlp';
import { TOPICS } from '#records';
import { EvaluatorUnderTest, SLOW, slow, UNAUDITED } from '../../../../test/fixtures/evaluator/evaluator-under-test.js';
import { traceIn, wireTraceId } from '../../../../test/fixtures/evaluator/trace-in.js';

describe('spans in another partition than that of their trace', () => {
  const test = new EvaluatorUnderTest();
  const { start, rules, sendAs, recordsOf, violations, until, found, sum } = test;
  beforeEach(async () => {
    await test.open();
    test.foreignProducers = true;
  });
  afterEach(test.close);

  const [here, there] = [traceIn(0, 2, 'here'), traceIn(1, 2, 'there')];
  const charge = { trace_id: there, span_id: 'c', name: 'charge' };
  const moved = async () => (await recordsOf(TOPICS.spans, 1)).filter(({ headers }) => headers?.['betrace-moved']);

  it('are moved there, and judged with the rest of the trace', async () => {
    await start();
    await rules(1, SLOW, UNAUDITED);
    await sendAs(0, slow('s1', here), charge, { ...charge, span_id: 'p', parent_id: 'c', name: 'pay' });
    await sendAs(1, { trace_id: there, span_id: 'a', parent_id: 'c', name: 'audit' });
    await sendAs(0, { trace_id: traceIn(1, 2, 'other'), span_id: 'o', name: 'charge' });
    await found(1, 0);
    await found(1, 1);
    await until(async () => (test.commits.get(1) ?? 0) === (await test.log.bounds(TOPICS.spans, 1)).end);
    expect((await violations(0)).map(({ trace_id }) => trace_id)).toEqual([here]);
    expect((await violations(1)).map(({ trace_id }) => trace_id)).toEqual([traceIn(1, 2, 'other')]);
    expect((await moved()).map(({ headers }) => headers)).toEqual([{ 'betrace-moved': '0:1' }, { 'betrace-moved': '0:2' }]);
    expect(sum('spansMisplaced')).toBe(3);
    // Counted at the next moment of its interval, which may come after the commit.
    await until(async () => sum('spansEvaluated') >= 5);
    expect(sum('spansEvaluated')).toBe(5);
    expect(test.warnings).toEqual([expect.stringContaining('partition 0 of betrace.spans has spans')]);
  });

  it('are moved once, however often the record is read', async () => {
    await rules(1, SLOW);
    await sendAs(0, charge);
    await sendAs(0, slow('s1', there));
    let down = true;
    const append = test.log.append.bind(test.log);
    test.log.append = async (topic, records) => {
      if (topic === TOPICS.violations && down) throw new Error('the log is full');
      return append(topic, records);
    };
    await start();
    await until(async () => (await moved()).length === 2);
    test.commits.clear();
    // A successor without its predecessor's state: the position was lost.
    await sendAs(0, { trace_id: there, span_id: 'x', name: 'x' });
    await until(async () => (await moved()).length === 3);
    down = false;
    await test.evaluator.stop();
    const subscription = await test.log.subscribe({
      topic: TOPICS.spans,
      group: 'betrace-evaluator',
      listener: { assigned: async () => 0, records: async () => {}, revoked: async () => {} },
    });
    await until(async () => {
      await subscription.commit(0, { offset: 0, metadata: '' });
      return true;
    });
    await subscription.close();
    await start();
    await until(async () => (test.commits.get(0) ?? 0) === (await test.log.bounds(TOPICS.spans, 0)).end);
    expect((await moved()).map(({ headers }) => headers?.['betrace-moved'])).toEqual(['0:1', '0:2', '0:3']);
  });

  it('are not searched in a log that only our ingest writes', async () => {
    test.foreignProducers = false;
    await start();
    await rules(1, SLOW);
    await sendAs(0, slow('s1', there));
    await found(1, 0);
    expect(await moved()).toEqual([]);
  });

  it('are not moved again by an evaluator with another number of partitions', async () => {
    await start();
    await rules(1, SLOW);
    const value = encodeRequest(spansFromValue({ spans: [slow('s1', there)] }, { incomplete: true }));
    await test.log.append(TOPICS.spans, [{ partition: 0, value, headers: { 'betrace-moved': '7:3' } }]);
    await found(1, 0);
    expect((await violations(0))[0]).toMatchObject({ wire_trace_id: wireTraceId(there) });
    expect(await moved()).toEqual([]);
  });
});
