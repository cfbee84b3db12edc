import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Log, type LogRecord, logProblem, openLog, readAll, topicSpecifications } from '#messaging';
import { encodeRequest, spansFromValue } from '#otlp';
import { CONTROL_EPOCH_PREFIX, CONTROL_HEADER, type PublishedRule, TOPICS, type ViolationRecord } from '#records';
import { keyRing, verifyViolation } from '#signing';
import { traceIn } from '../../../../test/fixtures/evaluator/trace-in.js';
import type { Measurement } from './account/measurements.js';
import { Evaluator } from './evaluator.js';

const KEYS = { key: 'changeme', development: true };
const assembly = { rootGrace: 20, idleTimeout: 60, maxAge: 5_000, lateWindow: 100, maxSpans: 100, memoryBudget: 64 * 1024 * 1024 };
const rule = (id: string, expression: string, name = id): PublishedRule => ({ id, name, version: 1, expression, severity: 'HIGH' });
const SEEN = rule('seen', 'span.has(attribute.seen)');

/** What a test breaks within an evaluator. */
interface Inner {
  readonly tools: { readonly publisher: { keys: object } };
  readonly runs: ReadonlyMap<number, { readonly engine: { readonly spans: { judge(...values: unknown[]): void } } }>;
}

describe('whatever one violation or one record meets', () => {
  let log: Log;
  let evaluator: Evaluator;
  let warnings: string[];
  let measured: Measurement[];
  let members = 0;
  let epoch = 0;

  const start = async (): Promise<void> => {
    const settings = { volatile: false, foreignProducers: false, name: `aside-${++members}`, assembly, keys: KEYS };
    const intervals = { commitInterval: 0, evaluationTimeout: 100, idleInterval: 5, version: '0.0.0' };
    evaluator = new Evaluator(log, { log: log.forThreads(), ...settings, ...intervals }, { warn: ({ message }) => warnings.push(message) });
    await evaluator.start();
  };
  beforeEach(async () => {
    log = await openLog({ kind: 'embedded', topics: topicSpecifications({ partitions: 1 }), writer: 'direct' });
    warnings = [];
    measured = [];
    epoch = 0;
    await start();
  });
  afterEach(async () => {
    await evaluator.stop();
    await log.close();
  });

  const rules = async (...snapshot: readonly PublishedRule[]): Promise<void> => {
    epoch++;
    await log.append(TOPICS.rules, [{ partition: 0, key: String(epoch), value: Buffer.from(JSON.stringify({ epoch, snapshot })) }]);
    const headers = { [CONTROL_HEADER]: `${CONTROL_EPOCH_PREFIX}${epoch}` };
    await log.append(TOPICS.spans, [{ partition: 0, value: new Uint8Array(), headers }]);
  };
  const send = async (id: string, attributes: Record<string, unknown> = { seen: true }): Promise<void> => {
    const span = { trace_id: traceIn(0, 1, id), span_id: id, name: id, attributes };
    const request = spansFromValue({ spans: [span] } as Parameters<typeof spansFromValue>[0], { incomplete: true });
    await log.append(TOPICS.spans, [{ partition: 0, value: encodeRequest(request) }]);
  };
  const violations = async (): Promise<ViolationRecord[]> =>
    (await readAll(log, TOPICS.violations, 0)).map(({ value }) => JSON.parse(Buffer.from(value).toString()) as ViolationRecord);
  const letters = (): Promise<readonly LogRecord[]> => readAll(log, TOPICS.deadLetters, 0);
  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    const deadline = performance.now() + 10_000;
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error(`it did not happen within 10 s (${warnings.join('; ')})`);
      await new Promise((done) => setTimeout(done, 5));
    }
  };
  const found = (...ids: readonly string[]) =>
    until(async () => {
      const spans = (await violations()).map(({ span_id }) => span_id);
      return ids.every((id) => spans.includes(id));
    });
  const counted = (metric: string) => {
    measured.push(...evaluator.measurements.drain());
    return measured.filter((one) => one.metric === metric);
  };

  const WAYS: readonly (readonly [string, PublishedRule, Record<string, unknown>])[] = [
    ['an infinite number that a rule read', rule('n', '(attribute.score or 0) > 0.9'), { score: Number.POSITIVE_INFINITY }],
    ['NaN', rule('n', 'attribute.score ~= 1'), { score: Number.NaN }],
    ['an infinite sum', rule('n', 'trace.sum(true, attribute.score) > 1'), { score: 1.7e308, seen: 1 }],
    ['an emoji where a long text is cut', rule('n', 'attribute.url contains "admin"'), { url: `/admin?q=${'x'.repeat(190)}😀😀😀` }],
    ['half a surrogate pair in a value', rule('n', 'attribute.url contains "admin"'), { url: 'admin\ud83d' }],
    ['half a surrogate pair in the name of a rule', rule('n', 'attribute.url contains "admin"', 'x \ud800 y'), { url: 'admin' }],
    ['an array of all of it', rule('n', '#attribute.list > 1'), { list: [Number.NaN, 'x\ud800', { __proto__: null, constructor: 1 }] }],
  ];

  it.each(WAYS)('publishes a violation with %s, and goes on', async (_way, one, attributes) => {
    await rules(one, SEEN);
    await send('poison', attributes);
    await send('later');
    await found('poison', 'later');
    const published = await violations();
    for (const violation of published) expect(verifyViolation(violation, keyRing(KEYS))).toMatchObject({ valid: true });
    expect(JSON.stringify(published).isWellFormed()).toBe(true);
    expect(await letters()).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it('says which number it was', async () => {
    await rules(rule('n', '(attribute.score or 0) > 0.9'));
    await send('poison', { score: Number.POSITIVE_INFINITY });
    await found('poison');
    expect((await violations())[0]?.explanation).toMatchObject({
      summary: expect.stringContaining('Infinity'),
      conditions: [{ observed: { 'attribute.score': 'Infinity' } }],
    });
  });

  const breakKeys = (times: number): void => {
    const { publisher } = (evaluator as unknown as Inner).tools;
    const keys = publisher.keys as { readonly current: unknown };
    publisher.keys = {
      get current() {
        if (times-- > 0) throw new Error('BT_BROKEN: the key is gone');
        return keys.current;
      },
    };
  };

  it('keeps a violation that cannot be signed aside, counts it by rule, says it with its rule, and publishes what is behind it', async () => {
    await rules(SEEN);
    breakKeys(1);
    await send('first');
    await send('second');
    await found('second');
    expect((await violations()).map(({ span_id }) => span_id)).toEqual(['second']);
    const [letter] = await letters();
    expect(letter?.headers).toEqual({
      'betrace-dead-topic': TOPICS.violations,
      'betrace-dead-partition': '0',
      'betrace-dead-rule': 'seen',
      'betrace-dead-reason': 'not_signed: BT_BROKEN: the key is gone',
    });
    expect(JSON.parse(Buffer.from(letter!.value).toString())).toMatchObject({ rule_id: 'seen', span_id: 'first', revision: 1 });
    expect(counted('violationsSetAside')).toEqual([
      expect.objectContaining({ labels: { rule_id: 'seen', reason: 'not_signed' }, value: 1 }),
    ]);
    await until(async () => (await readAll(log, TOPICS.ruleStatus, 0)).length > 0);
    const [status] = await readAll(log, TOPICS.ruleStatus, 0);
    expect(JSON.parse(Buffer.from(status!.value).toString())).toMatchObject({
      rule_id: 'seen',
      errors: 1,
      last_error: 'a violation was set aside (not_signed): BT_BROKEN',
    });
    // A successor does not meet it again.
    await evaluator.stop();
    await start();
    await send('third');
    await found('third');
    expect(await letters()).toHaveLength(1);
  });

  it('keeps a violation that the log refuses for good aside, alone among those published with it', async () => {
    const append = log.append.bind(log);
    let refusals = 0;
    log.append = async (topic, records) => {
      if (topic === TOPICS.violations && records.some(({ value }) => Buffer.from(value).includes('"refused"'))) {
        refusals++;
        throw logProblem('BT_LOG_RECORD_TOO_LARGE', { topic, bytes: 9e6, max: 8e6 });
      }
      return append(topic, records);
    };
    await rules(SEEN);
    const spans = ['a', 'b', 'refused', 'c', 'd'].map((id) => ({
      trace_id: traceIn(0, 1, id),
      span_id: id,
      name: id,
      attributes: { seen: true },
    }));
    await log.append(TOPICS.spans, [{ partition: 0, value: encodeRequest(spansFromValue({ spans }, { incomplete: true })) }]);
    await found('a', 'b', 'c', 'd');
    await send('later');
    await found('later');
    expect(refusals).toBeGreaterThan(1);
    const [letter, another] = await letters();
    expect(another).toBeUndefined();
    expect(letter?.headers?.['betrace-dead-reason']).toMatch(/^refused: BT_LOG_RECORD_TOO_LARGE/);
    expect(counted('violationsSetAside')).toHaveLength(1);
  });

  it('waits for a log that is away, and sets nothing aside', async () => {
    const append = log.append.bind(log);
    let outages = 3;
    log.append = async (topic, records) => {
      if (topic === TOPICS.violations && outages-- > 0) throw logProblem('BT_LOG_FAILED', { path: 'x', reason: 'away' });
      return append(topic, records);
    };
    await rules(SEEN);
    await send('first');
    await found('first');
    expect(await letters()).toEqual([]);
    expect(counted('violationsSetAside')).toEqual([]);
  });

  it('waits with a violation that a lowered limit refuses, alone among those found with it', async () => {
    const append = log.append.bind(log);
    let limit = 0;
    log.append = async (topic, records) => {
      if (topic === TOPICS.violations && limit < 3 && records.some(({ value }) => Buffer.from(value).includes('"refused"'))) {
        if (records.length === 1) limit++;
        throw logProblem('BT_LOG_KAFKA_LIMIT_LOWERED', { topic, reason: 'MESSAGE_TOO_LARGE', max: 9e6 });
      }
      return append(topic, records);
    };
    await rules(SEEN);
    const spans = ['a', 'b', 'refused', 'c', 'd'].map((id) => ({
      trace_id: traceIn(0, 1, id),
      span_id: id,
      name: id,
      attributes: { seen: true },
    }));
    await log.append(TOPICS.spans, [{ partition: 0, value: encodeRequest(spansFromValue({ spans }, { incomplete: true })) }]);
    await found('a', 'b', 'refused', 'c', 'd');
    expect(limit).toBe(3);
    expect(await letters()).toEqual([]);
    expect(counted('violationsSetAside')).toEqual([]);
  });

  it('keeps a record that meets a defect of the engine aside, counts it, and judges what is behind it', async () => {
    await rules(SEEN);
    await send('before');
    await found('before');
    const { spans } = (evaluator as unknown as Inner).runs.get(0)!.engine;
    const judge = spans.judge.bind(spans);
    let armed = true;
    spans.judge = (...values) => {
      if (armed) {
        armed = false;
        throw new TypeError('a defect');
      }
      judge(...values);
    };
    await send('poison');
    // Ticks and pauses may lie before it.
    const { offset } = (await readAll(log, TOPICS.spans, 0)).findLast(({ value }) => value.length > 0)!;
    await send('later');
    await found('later');
    expect((await violations()).map(({ span_id }) => span_id)).toEqual(['before', 'later']);
    const [letter] = await letters();
    expect(letter?.headers).toMatchObject({
      'betrace-dead-topic': TOPICS.spans,
      'betrace-dead-offset': String(offset),
      'betrace-dead-reason': expect.stringMatching(/^a defect of BeTrace: TypeError: a defect/),
    });
    expect(letter?.value.length).toBeGreaterThan(0);
    expect(counted('evaluationDefects')).toEqual([expect.objectContaining({ labels: { partition: '0' }, value: 1 })]);
    expect(warnings).toEqual(['a defect']);
    expect(evaluator.failure).toBeUndefined();
  });
});
