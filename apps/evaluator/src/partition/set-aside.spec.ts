import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { logProblem, readAll } from '#messaging';
import { type PublishedRule, TOPICS } from '#records';
import { keyRing, verifyViolation } from '#signing';
import { rule, SEEN, SeenEvaluator } from '../../../../test/fixtures/evaluator/seen-evaluator.js';

const KEYS = { key: 'changeme', development: true };

/** The parts of an evaluator that a test breaks. */
interface Inner {
  readonly tools: { readonly publisher: { keys: object } };
  readonly runs: ReadonlyMap<number, { readonly engine: { readonly spans: { judge(...values: unknown[]): void } } }>;
}

describe('an evaluator with a violation or record that cannot be processed', () => {
  const under = new SeenEvaluator();
  beforeEach(under.begin);
  afterEach(under.close);
  const { start, publish, sendSeen, sendTogether, foundOf, violations, letters, until, counted } = under;

  const WAYS: readonly (readonly [string, PublishedRule, Record<string, unknown>])[] = [
    ['an infinite number that a rule read', rule('n', '(attribute.score or 0) > 0.9'), { score: Number.POSITIVE_INFINITY }],
    ['NaN', rule('n', 'attribute.score ~= 1'), { score: Number.NaN }],
    ['an infinite sum', rule('n', 'trace.sum(true, attribute.score) > 1'), { score: 1.7e308, seen: 1 }],
    ['an emoji where a long text is cut', rule('n', 'attribute.url contains "admin"'), { url: `/admin?q=${'x'.repeat(190)}😀😀😀` }],
    ['half a surrogate pair in a value', rule('n', 'attribute.url contains "admin"'), { url: 'admin\ud83d' }],
    ['half a surrogate pair in the name of a rule', rule('n', 'attribute.url contains "admin"', 'x \ud800 y'), { url: 'admin' }],
    ['an array of all of it', rule('n', '#attribute.list > 1'), { list: [Number.NaN, 'x\ud800', { __proto__: null, constructor: 1 }] }],
  ];

  it.each(WAYS)('publishes a violation with %s, and continues', async (_way, one, attributes) => {
    await publish(one, SEEN);
    await sendSeen('poison', attributes);
    await sendSeen('later');
    await foundOf('poison', 'later');
    const published = await violations();
    for (const violation of published) expect(verifyViolation(violation, keyRing(KEYS))).toMatchObject({ valid: true });
    expect(JSON.stringify(published).isWellFormed()).toBe(true);
    expect(await letters()).toEqual([]);
    expect(under.warnings).toEqual([]);
  });

  it('says which number it was', async () => {
    await publish(rule('n', '(attribute.score or 0) > 0.9'));
    await sendSeen('poison', { score: Number.POSITIVE_INFINITY });
    await foundOf('poison');
    expect((await violations())[0]?.explanation).toMatchObject({
      summary: expect.stringContaining('Infinity'),
      conditions: [{ observed: { 'attribute.score': 'Infinity' } }],
    });
  });

  const breakKeys = (times: number): void => {
    const { publisher } = (under.evaluator as unknown as Inner).tools;
    const keys = publisher.keys as { readonly current: unknown };
    publisher.keys = {
      get current() {
        if (times-- > 0) throw new Error('BT_BROKEN: the key is gone');
        return keys.current;
      },
    };
  };

  it('sends a violation that cannot be signed to the dead letters, counts it by rule, and publishes later ones', async () => {
    await publish(SEEN);
    breakKeys(1);
    await sendSeen('first');
    await sendSeen('second');
    await foundOf('second');
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
    await until(async () => (await readAll(under.log, TOPICS.ruleStatus, 0)).length > 0);
    const [status] = await readAll(under.log, TOPICS.ruleStatus, 0);
    expect(JSON.parse(Buffer.from(status!.value).toString())).toMatchObject({
      rule_id: 'seen',
      errors: 1,
      last_error: 'a violation was set aside (not_signed): BT_BROKEN',
    });
    // A successor does not process it again.
    await under.evaluator.stop();
    await start();
    await sendSeen('third');
    await foundOf('third');
    expect(await letters()).toHaveLength(1);
  });

  it('sends only the violation that the log refuses permanently to the dead letters', async () => {
    const append = under.log.append.bind(under.log);
    let refusals = 0;
    under.log.append = async (topic, records) => {
      if (topic === TOPICS.violations && records.some(({ value }) => Buffer.from(value).includes('"refused"'))) {
        refusals++;
        throw logProblem('BT_LOG_RECORD_TOO_LARGE', { topic, bytes: 9e6, max: 8e6 });
      }
      return append(topic, records);
    };
    await publish(SEEN);
    await sendTogether(['a', 'b', 'refused', 'c', 'd']);
    await foundOf('a', 'b', 'c', 'd');
    await sendSeen('later');
    await foundOf('later');
    expect(refusals).toBeGreaterThan(1);
    const [letter, another] = await letters();
    expect(another).toBeUndefined();
    expect(letter?.headers?.['betrace-dead-reason']).toMatch(/^refused: BT_LOG_RECORD_TOO_LARGE/);
    expect(counted('violationsSetAside')).toHaveLength(1);
  });

  it('waits for an unavailable log, and sends nothing to the dead letters', async () => {
    const append = under.log.append.bind(under.log);
    let outages = 3;
    under.log.append = async (topic, records) => {
      if (topic === TOPICS.violations && outages-- > 0) throw logProblem('BT_LOG_FAILED', { path: 'x', reason: 'away' });
      return append(topic, records);
    };
    await publish(SEEN);
    await sendSeen('first');
    await foundOf('first');
    expect(await letters()).toEqual([]);
    expect(counted('violationsSetAside')).toEqual([]);
  });

  it('waits with a violation above a lowered size limit, and publishes the others', async () => {
    const append = under.log.append.bind(under.log);
    let limit = 0;
    under.log.append = async (topic, records) => {
      if (topic === TOPICS.violations && limit < 3 && records.some(({ value }) => Buffer.from(value).includes('"refused"'))) {
        if (records.length === 1) limit++;
        throw logProblem('BT_LOG_KAFKA_LIMIT_LOWERED', { topic, reason: 'MESSAGE_TOO_LARGE', max: 9e6 });
      }
      return append(topic, records);
    };
    await publish(SEEN);
    await sendTogether(['a', 'b', 'refused', 'c', 'd']);
    await foundOf('a', 'b', 'refused', 'c', 'd');
    expect(limit).toBe(3);
    expect(await letters()).toEqual([]);
    expect(counted('violationsSetAside')).toEqual([]);
  });

  it('sends a record that meets a defect of the engine to the dead letters, counts it, and judges later ones', async () => {
    await publish(SEEN);
    await sendSeen('before');
    await foundOf('before');
    const { spans } = (under.evaluator as unknown as Inner).runs.get(0)!.engine;
    const judge = spans.judge.bind(spans);
    let armed = true;
    spans.judge = (...values) => {
      if (armed) {
        armed = false;
        throw new TypeError('a defect');
      }
      judge(...values);
    };
    await sendSeen('poison');
    // Ticks and pauses may precede it.
    const { offset } = (await readAll(under.log, TOPICS.spans, 0)).findLast(({ value }) => value.length > 0)!;
    await sendSeen('later');
    await foundOf('later');
    expect((await violations()).map(({ span_id }) => span_id)).toEqual(['before', 'later']);
    const [letter] = await letters();
    expect(letter?.headers).toMatchObject({
      'betrace-dead-topic': TOPICS.spans,
      'betrace-dead-offset': String(offset),
      'betrace-dead-reason': expect.stringMatching(/^a defect of BeTrace: TypeError: a defect/),
    });
    expect(letter?.value.length).toBeGreaterThan(0);
    expect(counted('evaluationDefects')).toEqual([expect.objectContaining({ labels: { partition: '0' }, value: 1 })]);
    expect(under.warnings).toEqual(['a defect']);
    expect(under.evaluator.failure).toBeUndefined();
  });
});
