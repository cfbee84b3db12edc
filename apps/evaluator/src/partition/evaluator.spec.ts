import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { type Log, type LogRecord, logProblem, openLog, type Position, type RecordBatch, topicSpecifications } from '#messaging';
import { encodeRequest, spansFromValue } from '#otlp';
import { BoundedLabel, registerMetrics } from '#platform';
import {
  CONTROL_BARRIER_PREFIX,
  CONTROL_EPOCH_PREFIX,
  CONTROL_HEADER,
  EPOCH_BEFORE_HEADER,
  type PublishedRule,
  TOPICS,
  type ViolationRecord,
} from '#records';
import { traceIn, wireTraceId } from '../../../../test/fixtures/evaluator/trace-in.js';
import { EVALUATOR_METRICS } from '../metrics.js';
import { RuleSeries } from '../rules/rule-series.js';
import { recordMeasurements } from '../threads/record-measurements.js';
import type { Measurement } from './account/measurements.js';
import { Evaluator } from './evaluator.js';

const SLOW: PublishedRule = { id: 'slow', name: 'Slow', version: 1, expression: 'span.duration > 1s', severity: 'HIGH' };
const UNAUDITED: PublishedRule = {
  id: 'unaudited',
  name: 'Unaudited',
  version: 1,
  expression: 'trace.has(span.name == "charge") and not trace.has(span.name == "audit")',
  severity: 'CRITICAL',
};

const assembly = {
  rootGrace: 20,
  idleTimeout: 60,
  maxAge: 5_000,
  lateWindow: 100,
  maxSpans: 100,
};

describe('Evaluator', () => {
  let log: Log;
  let evaluator: Evaluator;
  let warnings: string[];
  let measured: Measurement[];
  /** The offset committed last, by partition. */
  let commits: Map<number, number>;
  /** The last of partition 0. */
  let lastCommit: Position | undefined;
  /** What commits are refused with. */
  let refusal: Error | undefined;
  let volatile: boolean;
  let foreignProducers: boolean;
  let budget: number;
  let times: Pick<typeof assembly, 'rootGrace' | 'idleTimeout'>;
  let idleInterval: number;
  let members = 0;

  const start = async (): Promise<void> => {
    evaluator = new Evaluator(
      log,
      {
        log: log.forThreads(),
        volatile,
        foreignProducers,
        name: `spec-${++members}`,
        assembly: { ...assembly, ...times, memoryBudget: budget },
        keys: { key: 'changeme', development: true },
        commitInterval: 0,
        evaluationTimeout: 100,
        version: '0.0.0',
        idleInterval,
      },
      { warn: ({ message }) => warnings.push(message) },
    );
    await evaluator.start();
  };

  beforeEach(async () => {
    log = await openLog({ kind: 'embedded', topics: topicSpecifications({ partitions: 2 }), writer: 'direct' });
    warnings = [];
    refusal = undefined;
    volatile = false;
    foreignProducers = false;
    budget = 64 * 1024 * 1024;
    times = assembly;
    idleInterval = 5;
    measured = [];
    commits = new Map();
    const subscribe = log.subscribe.bind(log);
    log.subscribe = async (options) => {
      const subscription = await subscribe(options);
      const commit = subscription.commit.bind(subscription);
      subscription.commit = (partition, position) => {
        if (refusal !== undefined) return Promise.reject(refusal);
        commits.set(partition, position.offset);
        if (partition === 0) lastCommit = position;
        return commit(partition, position);
      };
      return subscription;
    };
  });

  afterEach(async () => {
    await evaluator.stop();
    await log.close();
  });

  const rules = async (epoch: number, ...snapshot: readonly PublishedRule[]): Promise<void> => {
    await log.append(TOPICS.rules, [{ partition: 0, key: String(epoch), value: Buffer.from(JSON.stringify({ epoch, snapshot })) }]);
    const headers = { [CONTROL_HEADER]: `${CONTROL_EPOCH_PREFIX}${epoch}`, [EPOCH_BEFORE_HEADER]: String(epoch - 1) };
    await log.append(
      TOPICS.spans,
      [0, 1].map((partition) => ({ partition, value: new Uint8Array(), headers })),
    );
  };

  type PlainSpan = Readonly<Record<string, string | number>>;
  const sendAs = async (partition: number, ...spans: readonly PlainSpan[]): Promise<void> => {
    const value = encodeRequest(spansFromValue({ spans: [...spans] }, { incomplete: true }));
    await log.append(TOPICS.spans, [{ partition, value }]);
  };
  /** The traces are called so that they belong to the partition. */
  const send = (partition: number, ...spans: readonly PlainSpan[]): Promise<void> =>
    sendAs(partition, ...spans.map((span) => ({ ...span, trace_id: traceIn(partition, 2, String(span['trace_id'])) })));
  const slow = (id: string, trace = 'a') => ({ trace_id: trace, span_id: id, name: 'request', duration: 2_000_000_000 });

  const recordsOf = async (topic: string, partition: number): Promise<LogRecord[]> => {
    const found: LogRecord[] = [];
    for await (const { records } of log.read(topic, partition, 0)) found.push(...records);
    return found;
  };
  const violations = async (partition = 0): Promise<ViolationRecord[]> =>
    (await recordsOf(TOPICS.violations, partition)).map(({ value }) => JSON.parse(Buffer.from(value).toString()) as ViolationRecord);
  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    const deadline = performance.now() + 5_000;
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error(`it did not happen within 5 s (${warnings.join('; ')})`);
      await new Promise((done) => setTimeout(done, 5));
    }
  };
  const found = (count: number, partition = 0) => until(async () => (await violations(partition)).length >= count);
  const sum = (metric: string) => {
    measured.push(...evaluator.measurements.drain());
    return measured.filter((measurement) => measurement.metric === metric).reduce((total, { value }) => total + value, 0);
  };

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

  it('judges by the rules in force at the place in the log', async () => {
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

  it('lets time pass in an idle partition, so that a trace closes', async () => {
    await start();
    await rules(1, UNAUDITED);
    await send(0, { trace_id: 'a', span_id: 'c', name: 'charge' });
    await found(1);
    expect((await violations())[0]).toMatchObject({ rule_id: 'unaudited', close_reason: 'root_grace', complete: true });
    const ticks = (await recordsOf(TOPICS.spans, 0)).filter(({ headers }) => headers?.[CONTROL_HEADER] === 'tick');
    expect(ticks.length).toBeGreaterThan(0);
    await until(async () => commits.get(0) === (await log.bounds(TOPICS.spans, 0)).end);
    const { end } = await log.bounds(TOPICS.spans, 0);
    await new Promise((done) => setTimeout(done, 50));
    expect((await log.bounds(TOPICS.spans, 0)).end).toBe(end);
  });

  it('judges another log from its beginning when the topic was made anew behind its back', async () => {
    // However slow the machine is, its traces are open.
    times = { rootGrace: 60_000, idleTimeout: 60_000 };
    await start();
    await rules(1, SLOW);
    for (const n of [1, 2, 3]) await send(0, slow(`s${n}`, `t${n}`));
    await found(3);
    const [first] = (await recordsOf(TOPICS.spans, 0)).slice(1);
    // As the log does when it finds that the topic is another one, whatever was committed in the one before.
    evaluator.failed(logProblem('BT_LOG_IS_ANOTHER', { topic: TOPICS.spans, partition: 0, position: 4, end: 9 }), 0);
    expect(evaluator.failure).toContain('was replaced after it was read');
    expect(await evaluator.assigned(0, undefined, 0)).toBe(0);
    await evaluator.records({ topic: TOPICS.spans, partition: 0, records: [{ ...first!, offset: 0 }], endOffset: 9 });
    await until(async () => (await violations()).at(-1)?.log.first_offset === 0);
    const last = (await violations()).at(-1);
    expect([last?.trace_id, last?.log.first_offset]).toEqual([(await violations())[0]?.trace_id, 0]);
    expect(warnings.join()).toContain('BT_LOG_IS_ANOTHER');
    // None of them is judged at its close any more.
    expect(warnings.join()).toContain('3 traces of partition 0 were open');
    expect(evaluator.failure).toBeUndefined();
  });

  it('judges by the rules in force behind records that retention took from it, markers among them', async () => {
    await start();
    await rules(1, UNAUDITED);
    await send(0, slow('s1', 'before'));
    const { end } = await log.bounds(TOPICS.spans, 0);
    await until(async () => evaluator.positions.get(0) === end);
    await log.append(TOPICS.rules, [{ partition: 0, key: '2', value: Buffer.from(JSON.stringify({ epoch: 2, snapshot: [SLOW] })) }]);
    const bounds = log.bounds.bind(log);
    const read = log.read.bind(log);
    const value = encodeRequest(spansFromValue({ spans: [slow('s2', traceIn(0, 2, 'behind'))] }, { incomplete: true }));
    const record = { offset: end + 5, timestamp: log.now() + 1, value };
    // The marker of the second set lay at one of the offsets that are gone.
    log.bounds = async (topic, partition) => (topic === TOPICS.spans ? { start: end + 5, end: end + 6 } : bounds(topic, partition));
    log.read = (topic, partition, from, to) =>
      topic === TOPICS.spans ? only({ topic, partition, records: [record], endOffset: end + 6 }) : read(topic, partition, from, to);
    const values = { from: end, to: end + 4, partition: 0, topic: TOPICS.spans, group: 'g' };
    evaluator.missing(logProblem('BT_LOG_RECORDS_EXPIRED', values), 0);
    await evaluator.records({ topic: TOPICS.spans, partition: 0, records: [record], endOffset: end + 6 });
    await until(async () => (await violations()).some(({ rule_id }) => rule_id === 'slow'));
    Object.assign(log, { bounds, read });
    // The evaluator's own calls may overlap with this one, and tell it again.
    const told = new Set((await violations()).map(({ rule_id, log: { first_offset } }) => `${rule_id} ${first_offset}`));
    expect([...told]).toEqual([`slow ${end + 5}`]);
  });

  it('finds after a restart what it had not judged, and nothing twice', async () => {
    await start();
    await rules(1, SLOW, UNAUDITED);
    await send(0, slow('s1', 'first'));
    await found(1);
    await send(0, { trace_id: 'second', span_id: 'c', name: 'charge' });
    await evaluator.stop();
    await send(0, { trace_id: 'second', span_id: 'p', parent_id: 'c', name: 'pay' });
    await send(0, slow('s2', 'third'));
    await start();
    await found(3);
    await new Promise((done) => setTimeout(done, 150));
    const all = await violations();
    expect(new Set(all.map(({ id }) => id)).size).toBe(3);
    // On a slow machine `second` closes before its second span, which then makes a revision. None is told twice with another content.
    const revisions = new Set(all.map(({ id, revision }) => `${id}@${revision}`));
    expect(new Set(all.map(({ signature }) => signature)).size).toBe(revisions.size);
    expect(all.findLast(({ trace_id }) => trace_id === 'second')?.message).toContain('0 of 2 spans');
    expect(warnings).toEqual([]);
  });

  it('lets a log in memory drop what was applied, and yet goes back to open traces while it can', async () => {
    volatile = true;
    await start();
    await rules(1, UNAUDITED);
    await send(0, { trace_id: 'a', span_id: 'c', name: 'charge' });
    await until(async () => (commits.get(0) ?? 0) > 1);
    await evaluator.stop();
    await send(0, { trace_id: 'a', span_id: 'd', parent_id: 'c', name: 'pay' });
    await start();
    await found(1);
    expect((await violations())[0]).toMatchObject({ rule_id: 'unaudited', complete: true });
  });

  it('reads on when its traces take more memory than they may, and says so until time has freed it', async () => {
    budget = 300;
    await rules(1, UNAUDITED);
    for (let n = 0; n < 10; n++) await send(0, { trace_id: `trace-${n}`, span_id: 'c', name: 'charge' });
    await start();
    // The metric is told while a batch is under way, too: it may take long.
    const waiting = () => {
      evaluator.measure();
      const told = evaluator.measurements.drain().filter(({ metric, labels }) => metric === 'waiting' && labels['partition'] === '0');
      return [told.at(-1)?.value, evaluator.full];
    };
    await until(async () => evaluator.full.length > 0);
    expect(waiting()).toEqual([1, [0]]);
    await found(10);
    await until(async () => evaluator.full.length === 0);
    expect(waiting()).toEqual([0, []]);
    expect(new Set((await violations()).map(({ close_reason }) => close_reason))).toEqual(new Set(['root_grace']));
    expect(evaluator.failure).toBeUndefined();
  });

  it('says why it does not evaluate a partition, until it does', async () => {
    await start();
    const bounds = log.bounds.bind(log);
    await rules(1, SLOW);
    await until(async () => (commits.get(0) ?? 0) > 0);
    expect(evaluator.failure).toBeUndefined();
    await evaluator.stop();
    log.bounds = async () => {
      throw new Error('the disk is gone');
    };
    await start();
    await until(async () => evaluator.failure !== undefined);
    expect(evaluator.failure).toMatch(/^partition [01] is not evaluated: the disk is gone$/);
    expect(evaluator.damaged).toBe(false);
    const failing = () =>
      evaluator.measurements
        .drain()
        .filter(({ metric }) => metric === 'partitionFailing')
        .map(({ value }) => value);
    expect(failing()).toContain(1);
    log.bounds = bounds;
    await until(async () => evaluator.failure === undefined);
    expect(failing()).toContain(0);
  });

  it('keeps what it cannot read aside, and goes on', async () => {
    await start();
    await rules(1, SLOW);
    await log.append(TOPICS.spans, [{ partition: 0, key: 'k', value: Buffer.from('no protobuf at all') }]);
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
    expect(measured.find(({ metric }) => metric === 'ruleEvaluationErrors')?.labels).toEqual({
      rule_id: 'failing',
      error: expect.stringContaining('compare'),
    });
  });

  it('tells the API through the log which rule fails, how often and why, until it is changed', async () => {
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

  it('waits while violations cannot be written, and commits nothing before they are', async () => {
    let down = true;
    let attempts = 0;
    const append = log.append.bind(log);
    log.append = async (topic, records) => {
      if (topic !== TOPICS.violations || !down) return append(topic, records);
      attempts++;
      throw new Error('the log is full');
    };
    await start();
    await rules(1, SLOW);
    await send(0, slow('s1'));
    await until(async () => attempts > 1);
    expect(await violations()).toEqual([]);
    expect(commits.get(0) ?? 0).toBeLessThanOrEqual(1);
    down = false;
    await found(1);
    await until(async () => (commits.get(0) ?? 0) > 1);
    expect(await violations()).toHaveLength(1);
  });

  it('judges on while verdicts are on their way, commits nothing above them, and answers for them before it is given up', async () => {
    let release = (): void => undefined;
    const away = new Promise<void>((resolve) => {
      release = resolve;
    });
    const append = log.append.bind(log);
    log.append = async (topic, records) => {
      if (topic === TOPICS.violations) await away;
      return append(topic, records);
    };
    const evaluated = () => evaluator.account.partitions.find(({ partition }) => partition === 0)?.judged;
    // One that is idle waits for them.
    idleInterval = 60_000;
    await start();
    await rules(1, SLOW);
    await until(async () => (commits.get(0) ?? 0) === 1);
    await send(0, slow('s1'));
    await until(async () => evaluated() === 1);
    await send(0, slow('s2', 'b'));
    await until(async () => evaluated() === 2);
    await send(0, slow('s3', 'c'));
    await until(async () => evaluated() === 3);
    expect(await violations()).toEqual([]);
    expect([commits.get(0), evaluator.positions.get(0)]).toEqual([1, 1]);
    let stopped = false;
    const stopping = evaluator.stop().then(() => {
      stopped = true;
    });
    await new Promise((done) => setTimeout(done, 50));
    expect([stopped, commits.get(0)]).toEqual([false, 1]);
    release();
    await stopping;
    expect((await violations()).map(({ span_id }) => span_id)).toEqual(['s1', 's2', 's3']);
    expect(warnings).toEqual([]);
  });

  it('goes on with a partition that comes back as it was left, and begins anew one that somebody else has had', async () => {
    times = { rootGrace: 60_000, idleTimeout: 60_000 };
    await start();
    await rules(1, UNAUDITED);
    await send(0, { trace_id: 'a', span_id: 'c', name: 'charge' });
    const { end } = await log.bounds(TOPICS.spans, 0);
    await until(async () => evaluator.positions.get(0) === end);
    // The group has put it out: its last commit is refused.
    refusal = logProblem('BT_LOG_NOT_ASSIGNED', { topic: TOPICS.spans, partition: 0, group: 'betrace-evaluator' });
    await evaluator.revoked(0);
    refusal = undefined;
    const left = lastCommit!;
    expect(left.offset).toBeLessThan(end);
    expect([
      await evaluator.assigned(0, left, 0),
      evaluator.account.partitions.find(({ partition }) => partition === 0)?.openTraces,
    ]).toEqual([end, 1]);
    const told = () => evaluator.measurements.drain().filter(({ metric, labels }) => metric === 'epoch' && labels['partition'] === '0');
    expect(told().at(-1)?.value).toBe(1);
    await evaluator.revoked(0);
    const other = { ...left, metadata: left.metadata.replace('{', '{"by":"somebody else",') };
    expect(await evaluator.assigned(0, other, 0)).toBeLessThan(end);
    expect(evaluator.account.partitions.find(({ partition }) => partition === 0)?.openTraces).toBe(0);
  });

  it('publishes by other settings what its predecessor had not found of the same records', async () => {
    // The trace is open at a record with which it is closed by the settings of the successor.
    times = { rootGrace: 60_000, idleTimeout: 60_000 };
    await start();
    await rules(1, UNAUDITED);
    await send(0, { trace_id: 'a', span_id: 'c', name: 'charge' });
    await new Promise((done) => setTimeout(done, 100));
    await send(0, { trace_id: 'b', span_id: 'p', name: 'pay' });
    await until(async () => evaluator.positions.get(0) === (await log.bounds(TOPICS.spans, 0)).end);
    await evaluator.stop();
    expect(await violations()).toEqual([]);
    times = assembly;
    await start();
    await found(1);
    expect((await violations())[0]).toMatchObject({ rule_id: 'unaudited', trace_id: traceIn(0, 2, 'a'), log: { first_offset: 1 } });
  });

  it('says where it is: before what it could not publish, and before what it could not begin', async () => {
    let down = true;
    const append = log.append.bind(log);
    log.append = async (topic, records) => {
      if (topic === TOPICS.violations && down) throw new Error('the log is full');
      return append(topic, records);
    };
    await rules(1, SLOW);
    await start();
    const ends = async () => log.ends(TOPICS.spans);
    const caughtUp = async () => [...(await ends())].every(([partition, end]) => evaluator.positions.get(partition) === end);
    await until(caughtUp);
    const before = evaluator.positions.get(0)!;
    await send(0, slow('s1'));
    await send(0, slow('s2'));
    await new Promise((done) => setTimeout(done, 50));
    expect(evaluator.positions.get(0)).toBe(before);
    down = false;
    await until(caughtUp);
    await evaluator.stop();
    expect([...evaluator.positions]).toEqual([]);
    log.bounds = async () => {
      throw new Error('the disk is gone');
    };
    await start();
    await until(async () => evaluator.failure !== undefined);
    expect([...evaluator.positions.keys()].sort()).toEqual([0, 1]);
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
      recordMeasurements(tools, evaluator.measurements.drain());
      return (await series()).length >= 8;
    });
    await evaluator.stop();
    recordMeasurements(tools, evaluator.measurements.drain());
    expect(await series()).toEqual([]);
  });

  it('gives a partition up whose last commit fails: it is not told as failing from then on', async () => {
    await rules(1, SLOW);
    await start();
    await send(0, slow('s1'));
    await found(1);
    await send(0, slow('s2'));
    refusal = logProblem('BT_LOG_KAFKA_FAILED', { work: 'commit', reason: 'no coordinator' });
    await until(async () => evaluator.failure !== undefined);
    await evaluator.stop();
    expect(evaluator.failure).toBeUndefined();
    expect(evaluator.positions.size).toBe(0);
    expect(warnings.at(-1)).toContain('no coordinator');
    expect(evaluator.measurements.drain().filter(({ metric, removed }) => metric === 'partitionFailing' && removed !== true)).toEqual([]);
  });

  it('counts what retention deleted before it was judged, and says that the log is away until it is back', async () => {
    await start();
    const values = { from: 5, to: 14, partition: 0, topic: TOPICS.spans, group: 'g' };
    evaluator.missing(logProblem('BT_LOG_RECORDS_EXPIRED', values), 0);
    expect(evaluator.measurements.drain()).toContainEqual({ metric: 'spansExpired', labels: {}, value: 10 });
    evaluator.failed(new Error('no broker'));
    expect(evaluator.failure).toBe('the spans log cannot be read: no broker');
    evaluator.recovered();
    await until(async () => evaluator.failure === undefined);
  });

  it('goes on behind records that somebody deleted from the log: counted, told until the next start, and no trace that straddles them is complete', async () => {
    const path = mkdtempSync(join(tmpdir(), 'betrace-evaluator-'));
    await log.close();
    const open = () => openLog({ kind: 'embedded', topics: topicSpecifications({ partitions: 2 }), writer: 'direct', path });
    log = await open();
    await rules(1, SLOW, UNAUDITED);
    const charge = (trace: string) => ({ trace_id: trace, span_id: 'c', name: 'charge' });
    await send(0, charge('straddles'));
    await send(0, { trace_id: 'straddles', span_id: 'a', parent_id: 'c', name: 'audit' });
    await send(0, charge('after'));
    await log.close();
    const database = new DatabaseSync(join(path, `${TOPICS.spans}.db`));
    expect(database.prepare('DELETE FROM records_0 WHERE offset = 2').run().changes).toBe(1);
    database.close();
    log = await open();
    await start();
    await found(2);
    const byTrace = new Map((await violations()).map((violation) => [violation.trace_id, violation.complete]));
    expect([byTrace.get(traceIn(0, 2, 'straddles')), byTrace.get(traceIn(0, 2, 'after'))]).toEqual([false, true]);
    expect(sum('spansExpired')).toBe(1);
    expect(warnings).toEqual([expect.stringMatching(/^BT_LOG_RECORDS_MISSING: Records 2 to 2 of partition 0 of betrace\.spans /)]);
    expect([evaluator.failure, evaluator.damaged]).toEqual([warnings[0], false]);
    await evaluator.stop();
    await log.close();
    rmSync(path, { recursive: true });
    log = await openLog({ kind: 'embedded', topics: topicSpecifications({ partitions: 2 }), writer: 'direct' });
  });

  describe('spans in another partition than that of their trace', () => {
    const [here, there] = [traceIn(0, 2, 'here'), traceIn(1, 2, 'there')];
    const charge = { trace_id: there, span_id: 'c', name: 'charge' };
    beforeEach(() => {
      foreignProducers = true;
    });
    const moved = async () => (await recordsOf(TOPICS.spans, 1)).filter(({ headers }) => headers?.['betrace-moved']);

    it('are moved to it, and judged there with the rest of the trace', async () => {
      await start();
      await rules(1, SLOW, UNAUDITED);
      await sendAs(0, slow('s1', here), charge, { ...charge, span_id: 'p', parent_id: 'c', name: 'pay' });
      await sendAs(1, { trace_id: there, span_id: 'a', parent_id: 'c', name: 'audit' });
      await sendAs(0, { trace_id: traceIn(1, 2, 'other'), span_id: 'o', name: 'charge' });
      await found(1, 0);
      await found(1, 1);
      await until(async () => (commits.get(1) ?? 0) === (await log.bounds(TOPICS.spans, 1)).end);
      expect((await violations(0)).map(({ trace_id }) => trace_id)).toEqual([here]);
      expect((await violations(1)).map(({ trace_id }) => trace_id)).toEqual([traceIn(1, 2, 'other')]);
      expect((await moved()).map(({ headers }) => headers)).toEqual([{ 'betrace-moved': '0:1' }, { 'betrace-moved': '0:2' }]);
      expect(sum('spansMisplaced')).toBe(3);
      expect(sum('spansEvaluated')).toBe(5);
      expect(warnings).toEqual([expect.stringContaining('partition 0 of betrace.spans has spans')]);
    });

    it('are moved once, however often the record is read', async () => {
      await rules(1, SLOW);
      await sendAs(0, charge);
      await sendAs(0, slow('s1', there));
      let down = true;
      const append = log.append.bind(log);
      log.append = async (topic, records) => {
        if (topic === TOPICS.violations && down) throw new Error('the log is full');
        return append(topic, records);
      };
      await start();
      await until(async () => (await moved()).length === 2);
      commits.clear();
      // A successor that knows nothing of its predecessor: the position was lost.
      await sendAs(0, { trace_id: there, span_id: 'x', name: 'x' });
      await until(async () => (await moved()).length === 3);
      down = false;
      await evaluator.stop();
      const subscription = await log.subscribe({
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
      await until(async () => (commits.get(0) ?? 0) === (await log.bounds(TOPICS.spans, 0)).end);
      expect((await moved()).map(({ headers }) => headers?.['betrace-moved'])).toEqual(['0:1', '0:2', '0:3']);
    });

    it('are not looked for in a log to which only our ingest writes', async () => {
      foreignProducers = false;
      await start();
      await rules(1, SLOW);
      await sendAs(0, slow('s1', there));
      await found(1, 0);
      expect(await moved()).toEqual([]);
    });

    it('are not moved again by one that counts other partitions', async () => {
      await start();
      await rules(1, SLOW);
      const value = encodeRequest(spansFromValue({ spans: [slow('s1', there)] }, { incomplete: true }));
      await log.append(TOPICS.spans, [{ partition: 0, value, headers: { 'betrace-moved': '7:3' } }]);
      await found(1, 0);
      expect((await violations(0))[0]).toMatchObject({ wire_trace_id: wireTraceId(there) });
      expect(await moved()).toEqual([]);
    });
  });

  it('answers a barrier behind the verdicts of the traces that were open at it, and says what it waits for', async () => {
    await start();
    await rules(1, UNAUDITED);
    await send(0, { trace_id: 'a', span_id: 's', name: 'charge', parent_id: 'r' });
    const headers = { [CONTROL_HEADER]: `${CONTROL_BARRIER_PREFIX}b-1` };
    await log.append(TOPICS.spans, [{ partition: 0, value: new Uint8Array(), headers }]);
    await send(0, { trace_id: 'later', span_id: 's', name: 'request', parent_id: 'r' });
    const shown = async () =>
      (await recordsOf(TOPICS.violations, 0)).map(({ headers, value }) => {
        return headers?.[CONTROL_HEADER] ?? (JSON.parse(Buffer.from(value).toString()) as ViolationRecord).rule_id;
      });
    await until(async () => (await shown()).includes('settled:b-1'));
    expect(await shown()).toEqual(['open:b-1:1', 'unaudited', 'settled:b-1']);
    expect(await recordsOf(TOPICS.violations, 1)).toEqual([]);
  });

  it('answers a barrier again after a restart, when it may not have answered it', async () => {
    await start();
    await rules(1, UNAUDITED);
    await send(0, { trace_id: 'a', span_id: 's', name: 'charge', parent_id: 'r' });
    const headers = { [CONTROL_HEADER]: `${CONTROL_BARRIER_PREFIX}b-2` };
    await log.append(TOPICS.spans, [{ partition: 0, value: new Uint8Array(), headers }]);
    await evaluator.stop();
    await start();
    await until(async () => (await recordsOf(TOPICS.violations, 0)).some((one) => one.headers?.[CONTROL_HEADER] === 'settled:b-2'));
  });

  it.each(['barrier:', 'barrier:a b', `barrier:${'x'.repeat(65)}`])('takes a barrier that is none (%s) for a tick', async (control) => {
    await start();
    await rules(1, SLOW);
    await log.append(TOPICS.spans, [{ partition: 0, value: new Uint8Array(), headers: { [CONTROL_HEADER]: control } }]);
    await send(0, slow('s1'));
    await found(1);
    expect((await recordsOf(TOPICS.violations, 0)).map(({ headers }) => headers?.[CONTROL_HEADER])).toEqual([undefined]);
  });
});

async function* only(batch: RecordBatch): AsyncGenerator<RecordBatch, void> {
  yield batch;
}
