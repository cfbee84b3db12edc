import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Log, openLog, readAll, topicSpecifications } from '#messaging';
import { encodeRequest, spansFromValue } from '#otlp';
import {
  CONTROL_EPOCH_PREFIX,
  CONTROL_HEADER,
  type PublishedRule,
  SHADOW_SAMPLES,
  type ShadowSamplesRecord,
  TOPICS,
  type ViolationRecord,
} from '#records';
import { traceIn } from '../../../../test/fixtures/evaluator/trace-in.js';
import type { Measurement } from './account/measurements.js';
import { Evaluator } from './evaluator.js';

const KEYS = { key: 'changeme', development: true };
const assembly = { rootGrace: 20, idleTimeout: 60, maxAge: 5_000, lateWindow: 100, maxSpans: 100, memoryBudget: 64 * 1024 * 1024 };
const rule = (id: string, expression: string, name = id): PublishedRule => ({ id, name, version: 1, expression, severity: 'HIGH' });
const SEEN = rule('seen', 'span.has(attribute.seen)');
const HIDDEN: PublishedRule = { ...rule('hidden', 'span.has(attribute.seen)'), mode: 'shadow' };

describe('rules in shadow', () => {
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

  const samples = async (): Promise<ShadowSamplesRecord[]> =>
    (await readAll(log, TOPICS.ruleStatus, 0))
      .map(({ value }) => JSON.parse(Buffer.from(value).toString()) as ShadowSamplesRecord)
      .filter(({ kind }) => kind === 'shadow');

  it('publish nothing, count what they find, and keep it as samples', async () => {
    await rules(SEEN, HIDDEN);
    await send('one');
    await send('two');
    await found('one', 'two');
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
        trace_id: traceIn(0, 1, span_id),
        span_id,
        service: expect.any(String),
        timestamp_ms: expect.any(Number),
        message: expect.any(String),
        explanation: expect.objectContaining({ summary: expect.any(String) }),
      })),
    });
    await evaluator.stop();
    const sum = (metric: string, rule_id: string) =>
      counted(metric).reduce((total, one) => total + (one.labels['rule_id'] === rule_id ? one.value : 0), 0);
    expect([sum('shadowMatches', 'hidden'), sum('violations', 'hidden'), sum('ruleMatches', 'hidden')]).toEqual([2, 0, 2]);
    expect([sum('shadowMatches', 'seen'), sum('violations', 'seen')]).toEqual([0, 2]);
    await start();
  });

  it('keep a bounded number of samples, and none that is large', async () => {
    await rules(SEEN, { ...HIDDEN, expression: 'span.has(attribute.seen) and attribute.seen ~= "no"' });
    const ids = Array.from({ length: SHADOW_SAMPLES + 5 }, (_, i) => `s${i}`);
    for (const id of ids) await send(id, { seen: 'x'.repeat(100_000) });
    await found(...ids);
    await until(async () => (await samples()).at(-1)?.samples.at(-1)?.span_id === ids.at(-1));
    const last = (await samples()).at(-1)!;
    expect(last.samples.map(({ span_id }) => span_id)).toEqual(ids.slice(-SHADOW_SAMPLES));
    expect(JSON.stringify(last).length).toBeLessThan(SHADOW_SAMPLES * 64 * 1024);
  });

  it('are enforced from the marker on that says so, and no later', async () => {
    await rules(HIDDEN, SEEN);
    await send('before');
    await found('before');
    await rules({ ...rule('hidden', 'span.has(attribute.seen)'), version: 2 }, SEEN);
    await send('after');
    await until(async () => (await violations()).length >= 3);
    expect((await violations()).map(({ rule_id, span_id }) => `${rule_id} ${span_id}`).toSorted()).toEqual([
      'hidden after',
      'seen after',
      'seen before',
    ]);
  });
});
