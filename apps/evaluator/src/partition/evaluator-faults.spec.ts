import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { logProblem, type RecordBatch, topicSpecifications, writePositionMetadata } from '#messaging';
import { encodeRequest, spansFromValue } from '#otlp';
import { TOPICS } from '#records';
import { EvaluatorUnderTest, SLOW, slow, UNAUDITED } from '../../../../test/fixtures/evaluator/evaluator-under-test.js';
import { traceIn } from '../../../../test/fixtures/evaluator/trace-in.js';
import { openSteadyLog } from '../../../../test/fixtures/messaging/steady-log.js';

describe('an evaluator whose log is unavailable, full, replaced or has lost records', () => {
  const test = new EvaluatorUnderTest();
  const { start, rules, send, recordsOf, violations, until, found, sum } = test;
  beforeEach(test.open);
  afterEach(test.close);

  it('reports why it does not evaluate a partition, until it does', async () => {
    await start();
    const bounds = test.log.bounds.bind(test.log);
    await rules(1, SLOW);
    await until(async () => (test.commits.get(0) ?? 0) > 0);
    expect(test.evaluator.failure).toBeUndefined();
    await test.evaluator.stop();
    test.log.bounds = async () => {
      throw new Error('the disk is gone');
    };
    await start();
    await until(async () => test.evaluator.failure !== undefined);
    expect(test.evaluator.failure).toMatch(/^(partition [01] is|partitions 0, 1 are) not evaluated: the disk is gone$/);
    expect(test.evaluator.damaged).toBe(false);
    const failing = () =>
      test.evaluator.measurements
        .drain()
        .filter(({ metric }) => metric === 'partitionFailing')
        .map(({ value }) => value);
    expect(failing()).toContain(1);
    test.log.bounds = bounds;
    await until(async () => test.evaluator.failure === undefined);
    expect(failing()).toContain(0);
  });

  it('names all that fails, partitions of one cause together', async () => {
    await start();
    for (const partition of [10, 2]) test.evaluator.failed(new Error('violations wait for the log'), partition);
    test.evaluator.failed(new Error('no range'), 5);
    test.evaluator.failed(new Error('partition 1 has no leader now'));
    expect(test.evaluator.failure).toBe(
      'the spans log cannot be read: partition 1 has no leader now; ' +
        'partitions 2, 10 are not evaluated: violations wait for the log; partition 5 is not evaluated: no range',
    );
  });

  it('is not ready once another process has its name', async () => {
    await start();
    test.evaluator.failed(logProblem('BT_LOG_KAFKA_FAILED', { work: 'keep the group together', reason: 'it is unavailable' }));
    expect(test.evaluator.damaged).toBe(false);
    test.evaluator.failed(logProblem('BT_LOG_KAFKA_FENCED', { group: 'g', instance: 'evaluator-0-1' }));
    expect(test.evaluator.failure).toMatch(/BT_LOG_KAFKA_FENCED: .* as evaluator-0-1,/);
    expect(test.evaluator.damaged).toBe(true);
  });

  it('waits while violations cannot be written, and commits nothing before they are', async () => {
    let down = true;
    let attempts = 0;
    const append = test.log.append.bind(test.log);
    test.log.append = async (topic, records) => {
      if (topic !== TOPICS.violations || !down) return append(topic, records);
      attempts++;
      throw new Error('the log is full');
    };
    await start();
    await rules(1, SLOW);
    await send(0, slow('s1'));
    await until(async () => attempts > 1);
    expect(await violations()).toEqual([]);
    expect(test.commits.get(0) ?? 0).toBeLessThanOrEqual(1);
    down = false;
    await found(1);
    await until(async () => (test.commits.get(0) ?? 0) > 1);
    expect(await violations()).toHaveLength(1);
  });

  it('reports its offset before what it could not publish, and before what it could not begin', async () => {
    let down = true;
    const append = test.log.append.bind(test.log);
    test.log.append = async (topic, records) => {
      if (topic === TOPICS.violations && down) throw new Error('the log is full');
      return append(topic, records);
    };
    await rules(1, SLOW);
    await start();
    const ends = async () => test.log.ends(TOPICS.spans);
    const caughtUp = async () => [...(await ends())].every(([partition, end]) => test.evaluator.positions.get(partition) === end);
    await until(caughtUp);
    const before = test.evaluator.positions.get(0)!;
    await send(0, slow('s1'));
    await send(0, slow('s2'));
    await new Promise((done) => setTimeout(done, 50));
    expect(test.evaluator.positions.get(0)).toBe(before);
    down = false;
    await until(caughtUp);
    await test.evaluator.stop();
    expect([...test.evaluator.positions]).toEqual([]);
    test.log.bounds = async () => {
      throw new Error('the disk is gone');
    };
    await start();
    await until(async () => test.evaluator.failure !== undefined);
    expect([...test.evaluator.positions.keys()].sort()).toEqual([0, 1]);
  });

  it('judges another log from its beginning when the topic was created again unnoticed', async () => {
    // Its traces are open, even on a slow machine.
    test.times = { rootGrace: 60_000, idleTimeout: 60_000 };
    await start();
    await rules(1, SLOW);
    for (const n of [1, 2, 3]) await send(0, slow(`s${n}`, `t${n}`));
    await found(3);
    const [first] = (await recordsOf(TOPICS.spans, 0)).slice(1);
    // The error of the log if the topic was replaced, whatever was committed in the former one.
    test.evaluator.failed(logProblem('BT_LOG_IS_ANOTHER', { topic: TOPICS.spans, partition: 0, position: 4, end: 9 }), 0);
    expect(test.evaluator.failure).toContain('was replaced after it was read');
    expect(await test.evaluator.assigned(0, undefined, 0)).toBe(0);
    await test.evaluator.records({ topic: TOPICS.spans, partition: 0, records: [{ ...first!, offset: 0 }], endOffset: 9 });
    await until(async () => (await violations()).at(-1)?.log.first_offset === 0);
    const last = (await violations()).at(-1);
    expect([last?.trace_id, last?.log.first_offset]).toEqual([(await violations())[0]?.trace_id, 0]);
    expect(test.warnings.join()).toContain('BT_LOG_IS_ANOTHER');
    // None of them is judged at its close any more.
    expect(test.warnings.join()).toContain('3 traces of partition 0 were open');
    expect(test.evaluator.failure).toBeUndefined();
  });

  it('retracts what a late span could have refuted when the topic is created again after the trace closed', async () => {
    test.times = { rootGrace: 20, idleTimeout: 60_000 };
    await start();
    await rules(1, SLOW, UNAUDITED);
    await send(0, slow('s', 'slow'));
    await send(0, { trace_id: 'paid', span_id: 'c', name: 'charge' });
    await found(2);
    test.evaluator.failed(logProblem('BT_LOG_IS_ANOTHER', { topic: TOPICS.spans, partition: 0, position: 4, end: 1 }), 0);
    await test.evaluator.assigned(0, undefined, 0);
    const told = (await violations()).map(({ rule_id, revision, status, undecided }) => [rule_id, revision, status, undecided?.code]);
    expect(told.toSorted()).toEqual([
      ['slow', 1, 'open', undefined],
      ['unaudited', 1, 'open', undefined],
      ['unaudited', 2, 'undecided', 'records_deleted'],
    ]);
  });

  it('judges by the rules in force after records that retention deleted, markers among them', async () => {
    await start();
    await rules(1, UNAUDITED);
    await send(0, slow('s1', 'before'));
    const { end } = await test.log.bounds(TOPICS.spans, 0);
    await until(async () => test.evaluator.positions.get(0) === end);
    await test.log.append(TOPICS.rules, [{ partition: 0, key: '2', value: Buffer.from(JSON.stringify({ epoch: 2, snapshot: [SLOW] })) }]);
    const bounds = test.log.bounds.bind(test.log);
    const read = test.log.read.bind(test.log);
    const value = encodeRequest(spansFromValue({ spans: [slow('s2', traceIn(0, 2, 'behind'))] }, { incomplete: true }));
    const record = { offset: end + 5, timestamp: test.log.now() + 1, value };
    // The marker of the second set was at one of the deleted offsets.
    test.log.bounds = async (topic, partition) => (topic === TOPICS.spans ? { start: end + 5, end: end + 6 } : bounds(topic, partition));
    test.log.read = (topic, partition, from, to) =>
      topic === TOPICS.spans ? only({ topic, partition, records: [record], endOffset: end + 6 }) : read(topic, partition, from, to);
    const values = { from: end, to: end + 4, partition: 0, topic: TOPICS.spans, group: 'g' };
    test.evaluator.missing(logProblem('BT_LOG_RECORDS_EXPIRED', values), 0);
    await test.evaluator.records({ topic: TOPICS.spans, partition: 0, records: [record], endOffset: end + 6 });
    await until(async () => (await violations()).some(({ rule_id }) => rule_id === 'slow'));
    Object.assign(test.log, { bounds, read });
    // The evaluator's own calls may overlap with this one, and repeat the report.
    const told = new Set((await violations()).map(({ rule_id, log: { first_offset } }) => `${rule_id} ${first_offset}`));
    expect([...told]).toEqual([`slow ${end + 5}`]);
  });

  it('counts what retention deleted before it was judged, and reports an unavailable log', async () => {
    await start();
    const values = { from: 5, to: 14, partition: 0, topic: TOPICS.spans, group: 'g' };
    test.evaluator.missing(logProblem('BT_LOG_RECORDS_EXPIRED', values), 0);
    expect(test.evaluator.measurements.drain()).toContainEqual({ metric: 'spansExpired', labels: {}, value: 10 });
    test.evaluator.failed(new Error('no broker'));
    expect(test.evaluator.failure).toBe('the spans log cannot be read: no broker');
    test.evaluator.recovered();
    await until(async () => test.evaluator.failure === undefined);
  });

  it('does not count judged records as expired that were kept for open traces', async () => {
    await start();
    const values = { from: 5, to: 14, partition: 0, topic: TOPICS.spans, group: 'g' };
    const at = (published: number) => ({ offset: 5, metadata: writePositionMetadata({ epoch: 1, logTime: 1, paused: 0, published }) });
    test.evaluator.missing(logProblem('BT_LOG_RECORDS_EXPIRED', values), 0, at(15));
    expect(test.evaluator.measurements.drain().some(({ metric }) => metric === 'spansExpired')).toBe(false);
    expect(test.evaluator.expired).toBeUndefined();
    expect(test.warnings.join()).toContain('records 5 to 14 were deleted after they were judged');
    test.evaluator.missing(logProblem('BT_LOG_RECORDS_EXPIRED', values), 0, at(12));
    expect(test.evaluator.measurements.drain()).toContainEqual({ metric: 'spansExpired', labels: {}, value: 3 });
    expect(test.evaluator.expired).toContain('Records 12 to 14');
  });

  it('reports no span as missing after the first of two gaps that are found before it is reached', async () => {
    await start();
    await rules(1, UNAUDITED);
    await until(async () => (test.commits.get(0) ?? 0) > 0);
    const { end } = await test.log.bounds(TOPICS.spans, 0);
    for (const to of [end - 1, end + 99]) {
      const values = { from: to, to, partition: 0, topic: TOPICS.spans, group: 'g' };
      test.evaluator.missing(logProblem('BT_LOG_RECORDS_EXPIRED', values), 0);
    }
    await send(0, { trace_id: 'between', span_id: 'c', name: 'charge' });
    await found(1);
    expect((await violations()).map(({ status, undecided }) => [status, undecided?.code])).toEqual([['undecided', 'records_deleted']]);
  });

  it('continues after records that were deleted from the log: counted, reported until the next start, and no span is reported missing that they could hold', async () => {
    const path = mkdtempSync(join(tmpdir(), 'betrace-evaluator-'));
    await test.log.close();
    const open = () => openSteadyLog({ kind: 'embedded', topics: topicSpecifications({ partitions: 2 }), writer: 'direct', path });
    test.log = open();
    await rules(1, SLOW, UNAUDITED);
    const charge = (trace: string) => ({ trace_id: trace, span_id: 'c', name: 'charge' });
    await send(0, charge('straddles'));
    await send(0, { trace_id: 'straddles', span_id: 'a', parent_id: 'c', name: 'audit' });
    await send(0, charge('after'));
    await test.log.close();
    const database = new DatabaseSync(join(path, `${TOPICS.spans}.db`));
    expect(database.prepare('DELETE FROM records_0 WHERE offset = 2').run().changes).toBe(1);
    database.close();
    test.log = open();
    await start();
    await found(2);
    // The audit of one was deleted; the other may have begun before.
    const told = (await violations()).map(({ trace_id, complete, status, undecided }) => [trace_id, complete, status, undecided?.code]);
    const expected = ['straddles', 'after'].map((trace) => [traceIn(0, 2, trace), false, 'undecided', 'records_deleted']);
    expect(told.toSorted()).toEqual(expected.toSorted());
    expect(sum('spansExpired')).toBe(1);
    expect(test.warnings).toEqual([expect.stringMatching(/^BT_LOG_RECORDS_MISSING: Records 2 to 2 of partition 0 of betrace\.spans /)]);
    expect([test.evaluator.failure, test.evaluator.damaged]).toEqual([test.warnings[0], false]);
    await test.evaluator.stop();
    await test.log.close();
    rmSync(path, { recursive: true });
    test.log = openSteadyLog({ kind: 'embedded', topics: topicSpecifications({ partitions: 2 }), writer: 'direct' });
  });
});

async function* only(batch: RecordBatch): AsyncGenerator<RecordBatch, void> {
  yield batch;
}
