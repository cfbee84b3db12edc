import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { logProblem } from '#messaging';
import { BoundedLabel, registerMetrics } from '#platform';
import { CONTROL_EPOCH_PREFIX, CONTROL_HEADER, EPOCH_BEFORE_HEADER, TOPICS, type ViolationRecord } from '#records';
import { ASSEMBLY, EvaluatorUnderTest, SLOW, slow, UNAUDITED } from '../../../../test/fixtures/evaluator/evaluator-under-test.js';
import { traceIn } from '../../../../test/fixtures/evaluator/trace-in.js';
import { EVALUATOR_METRICS } from '../metrics.js';
import { RuleSeries } from '../rules/rule-series.js';
import { recordMeasurements } from '../threads/record-measurements.js';

describe('an evaluator that restarts, or gets a partition back', () => {
  const test = new EvaluatorUnderTest();
  const { start, rules, send, violations, until, found } = test;
  beforeEach(test.open);
  afterEach(test.close);

  it('publishes after a restart what it had not judged, and nothing twice', async () => {
    await start();
    await rules(1, SLOW, UNAUDITED);
    await send(0, slow('s1', 'first'));
    await found(1);
    await send(0, { trace_id: 'second', span_id: 'c', name: 'charge' });
    await test.evaluator.stop();
    await send(0, { trace_id: 'second', span_id: 'p', parent_id: 'c', name: 'pay' });
    await send(0, slow('s2', 'third'));
    await start();
    await found(3);
    const second = (all: readonly ViolationRecord[]) => all.findLast(({ trace_id }) => trace_id === 'second')?.message ?? '';
    await until(async () => second(await violations()).includes('0 of 2 spans'));
    await new Promise((done) => setTimeout(done, 150));
    const all = await violations();
    expect(new Set(all.map(({ id }) => id)).size).toBe(3);
    // On a slow machine `second` closes before its second span, which then causes a revision. No revision is published with two contents.
    const revisions = new Set(all.map(({ id, revision }) => `${id}@${revision}`));
    expect(new Set(all.map(({ signature }) => signature)).size).toBe(revisions.size);
    expect(second(all)).toContain('0 of 2 spans');
    expect(test.warnings).toEqual([]);
  });

  it('reports no span as missing, restarted soon after its topic was created again, in a trace that may have begun in the old one', async () => {
    // A trace may have begun before it for a minute.
    test.times = { rootGrace: 20, idleTimeout: 60_000 };
    const charge = (trace: string) => send(0, { trace_id: trace, span_id: 'c', name: 'charge' });
    await rules(1, UNAUDITED);
    await start();
    await until(async () => (test.commits.get(0) ?? 0) > 0);
    test.evaluator.failed(logProblem('BT_LOG_IS_ANOTHER', { topic: TOPICS.spans, partition: 0, position: 4, end: 1 }), 0);
    await test.evaluator.assigned(0, undefined, 0);
    for (const restarts of [0, 1, 2]) {
      await charge(`after ${restarts} restarts`);
      await found(restarts + 1);
      await test.evaluator.stop();
      await start();
    }
    const told = (await violations()).map(({ status, undecided }) => [status, undecided?.code]);
    expect(told).toEqual([0, 1, 2].map(() => ['undecided', 'records_deleted']));
  });

  it('reports no span as missing where the verdicts are older than the log: its topic was created again, and its position deleted, while no evaluator ran', async () => {
    await test.log.append(TOPICS.violations, [{ partition: 0, value: Buffer.from('{"id":"of the old topic"}') }]);
    await new Promise((done) => setTimeout(done, 5));
    await rules(1, UNAUDITED);
    await start();
    for (const partition of [0, 1]) await send(partition, { trace_id: 'a', span_id: 'c', name: 'charge' });
    await Promise.all([found(2, 0), found(1, 1)]);
    const told = async (partition: number) => (await violations(partition)).at(-1)?.undecided?.code;
    // Nothing was ever judged in the other partition.
    expect([await told(0), await told(1)]).toEqual(['records_deleted', undefined]);
  });

  it('reports no span as missing where the rules are older than the log, as in a new cluster: no position and no verdict is of the old one', async () => {
    const headers = { [CONTROL_HEADER]: `${CONTROL_EPOCH_PREFIX}2`, [EPOCH_BEFORE_HEADER]: '2' };
    await test.log.append(TOPICS.spans, [{ partition: 0, value: new Uint8Array(), headers }]);
    await rules(2, UNAUDITED);
    await start();
    for (const partition of [0, 1]) await send(partition, { trace_id: 'a', span_id: 'c', name: 'charge' });
    await Promise.all([found(1, 0), found(1, 1)]);
    const told = async (partition: number) => (await violations(partition)).at(-1)?.undecided?.code;
    // The marker of the other partition says that other rules held before it.
    expect([await told(0), await told(1)]).toEqual(['records_deleted', undefined]);
  });

  it('lets a log in memory drop applied records, but keeps open traces while it can', async () => {
    test.volatile = true;
    await start();
    await rules(1, UNAUDITED);
    await send(0, { trace_id: 'a', span_id: 'c', name: 'charge' });
    await until(async () => (test.commits.get(0) ?? 0) > 1);
    await test.evaluator.stop();
    await send(0, { trace_id: 'a', span_id: 'd', parent_id: 'c', name: 'pay' });
    await start();
    await found(1);
    expect((await violations())[0]).toMatchObject({ rule_id: 'unaudited', complete: true });
  });

  it('judges while verdicts are appended, commits nothing past them, and publishes them before it leaves', async () => {
    let release = (): void => undefined;
    const away = new Promise<void>((resolve) => {
      release = resolve;
    });
    const append = test.log.append.bind(test.log);
    test.log.append = async (topic, records) => {
      if (topic === TOPICS.violations) await away;
      return append(topic, records);
    };
    const evaluated = () => test.evaluator.account.partitions.find(({ partition }) => partition === 0)?.judged;
    // An idle evaluator waits for them.
    test.idleInterval = 60_000;
    await start();
    await rules(1, SLOW);
    await until(async () => (test.commits.get(0) ?? 0) === 1);
    await send(0, slow('s1'));
    await until(async () => evaluated() === 1);
    await send(0, slow('s2', 'b'));
    await until(async () => evaluated() === 2);
    await send(0, slow('s3', 'c'));
    await until(async () => evaluated() === 3);
    expect(await violations()).toEqual([]);
    expect([test.commits.get(0), test.evaluator.positions.get(0)]).toEqual([1, 1]);
    let stopped = false;
    const stopping = test.evaluator.stop().then(() => {
      stopped = true;
    });
    await new Promise((done) => setTimeout(done, 50));
    expect([stopped, test.commits.get(0)]).toEqual([false, 1]);
    release();
    await stopping;
    expect((await violations()).map(({ span_id }) => span_id)).toEqual(['s1', 's2', 's3']);
    expect(test.warnings).toEqual([]);
  });

  it('continues a partition that comes back unchanged, and starts again after another owner', async () => {
    test.times = { rootGrace: 60_000, idleTimeout: 60_000 };
    await start();
    await rules(1, UNAUDITED);
    await send(0, { trace_id: 'a', span_id: 'c', name: 'charge' });
    const { end } = await test.log.bounds(TOPICS.spans, 0);
    await until(async () => test.evaluator.positions.get(0) === end);
    // The group removed it: its last commit is refused.
    test.refusal = logProblem('BT_LOG_NOT_ASSIGNED', { topic: TOPICS.spans, partition: 0, group: 'betrace-evaluator' });
    await test.evaluator.revoked(0);
    test.refusal = undefined;
    const left = test.lastCommit!;
    expect(left.offset).toBeLessThan(end);
    expect([
      await test.evaluator.assigned(0, left, 0),
      test.evaluator.account.partitions.find(({ partition }) => partition === 0)?.openTraces,
    ]).toEqual([end, 1]);
    const told = () =>
      test.evaluator.measurements.drain().filter(({ metric, labels }) => metric === 'epoch' && labels['partition'] === '0');
    expect(told().at(-1)?.value).toBe(1);
    await test.evaluator.revoked(0);
    const other = { ...left, metadata: left.metadata.replace('{', '{"by":"somebody else",') };
    expect(await test.evaluator.assigned(0, other, 0)).toBeLessThan(end);
    expect(test.evaluator.account.partitions.find(({ partition }) => partition === 0)?.openTraces).toBe(0);
  });

  it('publishes, by other settings, what its predecessor did not find in the same records', async () => {
    // The trace is open at a record that closes it by the settings of the successor.
    test.times = { rootGrace: 60_000, idleTimeout: 60_000 };
    await start();
    await rules(1, UNAUDITED);
    await send(0, { trace_id: 'a', span_id: 'c', name: 'charge' });
    await new Promise((done) => setTimeout(done, 100));
    await send(0, { trace_id: 'b', span_id: 'p', name: 'pay' });
    await until(async () => test.evaluator.positions.get(0) === (await test.log.bounds(TOPICS.spans, 0)).end);
    await test.evaluator.stop();
    expect(await violations()).toEqual([]);
    test.times = ASSEMBLY;
    await start();
    await found(1);
    expect((await violations())[0]).toMatchObject({ rule_id: 'unaudited', trace_id: traceIn(0, 2, 'a'), log: { first_offset: 1 } });
  });

  it('leaves a partition whose last commit fails without reporting it as failing', async () => {
    await rules(1, SLOW);
    await start();
    await send(0, slow('s1'));
    await found(1);
    await send(0, slow('s2'));
    test.refusal = logProblem('BT_LOG_KAFKA_FAILED', { work: 'commit', reason: 'no coordinator' });
    await until(async () => test.evaluator.failure !== undefined);
    await test.evaluator.stop();
    expect(test.evaluator.failure).toBeUndefined();
    expect(test.evaluator.positions.size).toBe(0);
    expect(test.warnings.at(-1)).toContain('no coordinator');
    expect(test.evaluator.measurements.drain().filter(({ metric, removed }) => metric === 'partitionFailing' && removed !== true)).toEqual(
      [],
    );
  });

  it('ends the series of partitions that it gives up', async () => {
    await rules(1, SLOW);
    await start();
    await send(0, slow('s1'));
    await found(1);
    const registry = new Registry();
    const metrics = registerMetrics(EVALUATOR_METRICS, registry);
    const tools = { metrics, ruleSeries: new RuleSeries(metrics), services: new BoundedLabel(9) };
    const series = async () => (await registry.metrics()).split('\n').filter((line) => line.includes('partition="'));
    await until(async () => {
      recordMeasurements(tools, test.evaluator.measurements.drain());
      return (await series()).length >= 8;
    });
    await test.evaluator.stop();
    recordMeasurements(tools, test.evaluator.measurements.drain());
    expect(await series()).toEqual([]);
  });
});
