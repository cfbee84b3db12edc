import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { DEFAULT_ASSEMBLY } from '#engine';
import { type Log, openLog, topicSpecifications } from '#messaging';
import { encodeRequest, spansFromValue } from '#otlp';
import { BoundedLabel, createLogger, FullPartitions, registerMetrics, Tracing } from '#platform';
import { CONTROL_EPOCH_PREFIX, CONTROL_HEADER, TOPICS, type ViolationRecord } from '#records';
import { EVALUATOR_METRICS } from '../../apps/evaluator/src/metrics.js';
import { RuleSeries } from '../../apps/evaluator/src/rules/rule-series.js';
import type { EvaluatorSettings } from '../../apps/evaluator/src/settings.js';
import { EvaluatorThread } from '../../apps/evaluator/src/threads/evaluator-thread.js';
import { eventually } from '../harness/eventually.js';

/** The built entry, because Node's threads do not compile TypeScript. */
const ENTRY = new URL('../../dist/apps/evaluator/src/threads/thread.js', import.meta.url);

describe('an evaluator thread that ends by a defect', () => {
  let log: Log;
  let registry: Registry;
  let lines: string[];
  let fullPartitions: FullPartitions;
  let thread: EvaluatorThread;

  const start = (change: Partial<EvaluatorSettings> = {}) => {
    const settings: EvaluatorSettings = {
      log: log.forThreads(),
      partitions: [0],
      volatile: false,
      foreignProducers: false,
      name: 'evaluator-under-test',
      assembly: DEFAULT_ASSEMBLY,
      keys: { key: 'changeme', development: true },
      commitInterval: 0,
      evaluationTimeout: 100,
      version: '0.0.0',
      idleInterval: 10,
      ...change,
    };
    const logger = createLogger({ level: 'warn', format: 'json' }, { write: (line) => void lines.push(line) });
    fullPartitions = new FullPartitions();
    const metrics = registerMetrics(EVALUATOR_METRICS, registry);
    thread = new EvaluatorThread(
      settings,
      {
        metrics,
        ruleSeries: new RuleSeries(metrics),
        services: new BoundedLabel(9),
        logger,
        fullPartitions,
        ruleErrors: { report: () => {} },
        events: new EventEmitter(),
        tracing: new Tracing(),
      },
      ENTRY,
    );
    thread.start();
  };

  beforeEach(async () => {
    log = await openLog({ kind: 'embedded', topics: topicSpecifications({ partitions: 1 }), writer: 'direct' });
    registry = new Registry();
    lines = [];
    const rule = { id: 'slow', name: 'slow', version: 1, expression: 'span.duration > 1s', severity: 'HIGH' };
    await log.append(TOPICS.rules, [{ partition: 0, value: Buffer.from(JSON.stringify({ epoch: 1, snapshot: [rule] })) }]);
    const headers = { [CONTROL_HEADER]: `${CONTROL_EPOCH_PREFIX}1` };
    await log.append(TOPICS.spans, [{ partition: 0, value: new Uint8Array(), headers }]);
  });
  afterEach(async () => {
    await thread.stop();
    await log.close();
  });

  const ready = () =>
    eventually('a thread that evaluates', async () => {
      thread.check();
      return true;
    });
  const send = (n: number) =>
    log.append(TOPICS.spans, [
      {
        partition: 0,
        value: encodeRequest(spansFromValue({ spans: [{ trace_id: `t-${n}`, name: 'x', duration: 2_000_000_000 }] }, { incomplete: true })),
      },
    ]);
  const violations = async (): Promise<ViolationRecord[]> => {
    const found: ViolationRecord[] = [];
    for await (const { records } of log.read(TOPICS.violations, 0, 0)) {
      for (const { value } of records) found.push(JSON.parse(Buffer.from(value).toString()) as ViolationRecord);
    }
    return found;
  };
  const found = (traces: number) =>
    eventually(`violations of ${traces} traces`, async () =>
      new Set((await violations()).map(({ id }) => id)).size === traces ? true : undefined,
    );

  it('is started again, and its successor continues', async () => {
    start();
    await ready();
    await send(1);
    await found(1);
    await (thread as unknown as { readonly worker: Worker }).worker.terminate();
    expect(() => thread.check()).toThrow('evaluator-under-test');
    await send(2);
    await ready();
    await found(2);
    expect(await registry.metrics()).toContain('betrace_evaluator_thread_restarts_total 1');
    expect(lines.join('')).toContain('restarting it');
  });

  it('is restarted repeatedly while it cannot start, and health reports why', async () => {
    start({ keys: { key: '', development: false } });
    await eventually(
      'a second restart',
      async () => (/betrace_evaluator_thread_restarts_total ([2-9]|\d\d)/.test(await registry.metrics()) ? true : undefined),
      60_000,
    );
    expect(() => thread.check()).toThrow('There is no signature key');
  });

  it('reports a full partition, until traces are forgotten', async () => {
    // Longer than a machine stalls between two looks.
    start({ assembly: { ...DEFAULT_ASSEMBLY, rootGrace: 6_000, idleTimeout: 6_000, lateWindow: 100, memoryBudget: 500 } });
    await ready();
    for (let n = 0; n < 20; n++) await send(n);
    await eventually('a full partition', async () => fullPartitions.has(0) || undefined);
    expect(thread.check()).toBe('no memory for more traces in partition 0: senders wait');
    const measured = (waiting: number) =>
      eventually(
        'the metric',
        async () => (await registry.metrics()).includes(`betrace_evaluator_waiting{partition="0"} ${waiting}`) || undefined,
      );
    await measured(1);
    await eventually('memory', async () => !fullPartitions.has(0) || undefined);
    expect(thread.check()).toBeUndefined();
    await measured(0);
    await found(20);
  });

  it('measures and stops in order', async () => {
    start();
    const atZero = 'betrace_rule_evaluation_errors_total{rule_id="slow",error=""} 0';
    await eventually('the series of the rule', async () => (await registry.metrics()).includes(atZero) || undefined);
    await send(1);
    await found(1);
    await thread.stop();
    const metrics = await registry.metrics();
    expect(metrics).toContain('betrace_spans_evaluated_total 1');
    expect(metrics).toContain(
      'betrace_violations_total{severity="HIGH",rule_id="slow",rule_name="slow",service_name="",fragment="false"} 1',
    );
    expect(metrics).toContain('betrace_rule_evaluations_total{rule_id="slow"} 1');
    expect(metrics).toContain('betrace_rule_matches_total{rule_id="slow"} 1');
    expect(metrics).toContain('betrace_evaluator_thread_restarts_total 0');
  });
});
