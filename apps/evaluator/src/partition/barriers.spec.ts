import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CONTROL_BARRIER_PREFIX, CONTROL_HEADER, TOPICS, type ViolationRecord } from '#records';
import { EvaluatorUnderTest, SLOW, slow, UNAUDITED } from '../../../../test/fixtures/evaluator/evaluator-under-test.js';

describe('a barrier', () => {
  const test = new EvaluatorUnderTest();
  const { start, rules, send, recordsOf, until, found } = test;
  beforeEach(test.open);
  afterEach(test.close);

  it('answers a barrier after the verdicts of the traces that were open at it, and reports what it waits for', async () => {
    // The trace is open at the barrier, even on a slow machine.
    test.times = { rootGrace: 400, idleTimeout: 400 };
    await start();
    await rules(1, UNAUDITED);
    await send(0, { trace_id: 'a', span_id: 's', name: 'charge', parent_id: 'r' });
    const headers = { [CONTROL_HEADER]: `${CONTROL_BARRIER_PREFIX}b-1` };
    await test.log.append(TOPICS.spans, [{ partition: 0, value: new Uint8Array(), headers }]);
    await send(0, { trace_id: 'later', span_id: 's', name: 'request', parent_id: 'r' });
    const shown = async () =>
      (await recordsOf(TOPICS.violations, 0)).map(({ headers, value }) => {
        return headers?.[CONTROL_HEADER] ?? (JSON.parse(Buffer.from(value).toString()) as ViolationRecord).rule_id;
      });
    await until(async () => (await shown()).includes('settled:b-1'));
    expect(await shown()).toEqual(['open:b-1:1', 'unaudited', 'settled:b-1']);
    expect(await recordsOf(TOPICS.violations, 1)).toEqual([]);
  });

  it('answers a barrier again after a restart, in case it did not before', async () => {
    await start();
    await rules(1, UNAUDITED);
    await send(0, { trace_id: 'a', span_id: 's', name: 'charge', parent_id: 'r' });
    const headers = { [CONTROL_HEADER]: `${CONTROL_BARRIER_PREFIX}b-2` };
    await test.log.append(TOPICS.spans, [{ partition: 0, value: new Uint8Array(), headers }]);
    await test.evaluator.stop();
    await start();
    await until(async () => (await recordsOf(TOPICS.violations, 0)).some((one) => one.headers?.[CONTROL_HEADER] === 'settled:b-2'));
  });

  it.each(['barrier:', 'barrier:a b', `barrier:${'x'.repeat(65)}`])('treats an invalid barrier (%s) as a tick', async (control) => {
    await start();
    await rules(1, SLOW);
    await test.log.append(TOPICS.spans, [{ partition: 0, value: new Uint8Array(), headers: { [CONTROL_HEADER]: control } }]);
    await send(0, slow('s1'));
    await found(1);
    expect((await recordsOf(TOPICS.violations, 0)).map(({ headers }) => headers?.[CONTROL_HEADER])).toEqual([undefined]);
  });
});
