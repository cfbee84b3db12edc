import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  CONTROL_EPOCH_PREFIX,
  CONTROL_HEADER,
  type Log,
  type LogRecord,
  openLog,
  type PublishedRule,
  TOPICS,
  topicSpecifications,
  type ViolationRecord,
} from '#messaging';
import { encodeRequest, spansFromValue } from '#otlp';
import { Evaluator } from './evaluator.js';
import type { Measurement } from './measurements.js';

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
  memoryBudget: 64 * 1024 * 1024,
};

describe('Evaluator', () => {
  let log: Log;
  let evaluator: Evaluator;
  let warnings: string[];
  let measured: Measurement[];
  /** The offset committed last, by partition. */
  let commits: Map<number, number>;
  let members = 0;

  const start = async (): Promise<void> => {
    evaluator = new Evaluator(
      log,
      {
        log: log.forThreads(),
        name: `spec-${++members}`,
        assembly,
        keys: { key: 'changeme', development: true },
        commitInterval: 0,
        idleInterval: 5,
      },
      { warn: ({ message }) => warnings.push(message) },
    );
    await evaluator.start();
  };

  beforeEach(async () => {
    log = await openLog({ kind: 'embedded', topics: topicSpecifications({ partitions: 2 }), writer: 'direct' });
    warnings = [];
    measured = [];
    commits = new Map();
    const subscribe = log.subscribe.bind(log);
    log.subscribe = async (options) => {
      const subscription = await subscribe(options);
      const commit = subscription.commit.bind(subscription);
      subscription.commit = (partition, position) => {
        commits.set(partition, position.offset);
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
    const headers = { [CONTROL_HEADER]: `${CONTROL_EPOCH_PREFIX}${epoch}` };
    await log.append(
      TOPICS.spans,
      [0, 1].map((partition) => ({ partition, value: new Uint8Array(), headers })),
    );
  };

  const send = async (partition: number, ...spans: readonly Record<string, string | number>[]): Promise<void> => {
    const value = encodeRequest(spansFromValue({ spans: [...spans] }, { incomplete: true }));
    await log.append(TOPICS.spans, [{ partition, value }]);
  };
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
        trace_id: 'a',
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
    const ids = new Set((await violations()).map(({ id, revision }) => `${id}@${revision}`));
    expect(ids.size).toBe(3);
    expect(warnings).toEqual([]);
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
    expect(sum('spansRejected')).toBe(1);
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
});
