import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readAll } from '#messaging';
import { type PublishedRule, SHADOW_SAMPLES, type ShadowSamplesRecord, TOPICS } from '#records';
import { rule, SEEN, SeenEvaluator } from '../../../../test/fixtures/evaluator/seen-evaluator.js';
import { traceIn } from '../../../../test/fixtures/evaluator/trace-in.js';

const HIDDEN: PublishedRule = { ...rule('hidden', 'span.has(attribute.seen)'), mode: 'shadow' };

describe('rules in shadow', () => {
  const under = new SeenEvaluator();
  beforeEach(under.begin);
  afterEach(under.close);
  const { start, publish, sendSeen, foundOf, violations, until, counted } = under;

  const samples = async (): Promise<ShadowSamplesRecord[]> =>
    (await readAll(under.log, TOPICS.ruleStatus, 0))
      .map(({ value }) => JSON.parse(Buffer.from(value).toString()) as ShadowSamplesRecord)
      .filter(({ kind }) => kind === 'shadow');

  it('publish nothing, count their matches, and keep samples', async () => {
    await publish(SEEN, HIDDEN);
    await sendSeen('one');
    await sendSeen('two');
    await foundOf('one', 'two');
    await until(async () => (await samples()).at(-1)?.samples.length === 2);
    expect((await violations()).map(({ rule_id }) => rule_id)).toEqual(['seen', 'seen']);
    expect((await samples()).at(-1)).toEqual({
      kind: 'shadow',
      rule_id: 'hidden',
      partition: 0,
      samples: ['one', 'two'].map((span_id) => ({
        id: expect.stringMatching(/^viol-/),
        revision: 1,
        status: 'open',
        rule_version: 1,
        trace_id: traceIn(0, 2, span_id),
        span_id,
        service: expect.any(String),
        timestamp_ms: expect.any(Number),
        message: expect.any(String),
        explanation: expect.objectContaining({ summary: expect.any(String) }),
      })),
    });
    await under.evaluator.stop();
    const sum = (metric: string, rule_id: string) =>
      counted(metric).reduce((total, one) => total + (one.labels['rule_id'] === rule_id ? one.value : 0), 0);
    expect([sum('shadowMatches', 'hidden'), sum('violations', 'hidden'), sum('ruleMatches', 'hidden')]).toEqual([2, 0, 2]);
    expect([sum('shadowMatches', 'seen'), sum('violations', 'seen')]).toEqual([0, 2]);
    await start();
  });

  it('limit the number and the size of samples', async () => {
    await publish(SEEN, { ...HIDDEN, expression: 'span.has(attribute.seen) and attribute.seen ~= "no"' });
    const ids = Array.from({ length: SHADOW_SAMPLES + 5 }, (_, i) => `s${i}`);
    for (const id of ids) await sendSeen(id, { seen: 'x'.repeat(100_000) });
    await foundOf(...ids);
    await until(async () => (await samples()).at(-1)?.samples.at(-1)?.span_id === ids.at(-1));
    const last = (await samples()).at(-1)!;
    expect(last.samples.map(({ span_id }) => span_id)).toEqual(ids.slice(-SHADOW_SAMPLES));
    expect(JSON.stringify(last).length).toBeLessThan(SHADOW_SAMPLES * 64 * 1024);
  });

  it('are enforced from the marker on, and not earlier', async () => {
    await publish(HIDDEN, SEEN);
    await sendSeen('before');
    await foundOf('before');
    await publish({ ...rule('hidden', 'span.has(attribute.seen)'), version: 2 }, SEEN);
    await sendSeen('after');
    await until(async () => (await violations()).length >= 3);
    expect((await violations()).map(({ rule_id, span_id }) => `${rule_id} ${span_id}`).toSorted()).toEqual([
      'hidden after',
      'seen after',
      'seen before',
    ]);
  });
});
