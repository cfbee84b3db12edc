import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';
import { setFull, setReadOnly } from '../harness/database-faults.js';
import { eventually } from '../harness/eventually.js';
import { Cluster } from '../harness/kafka/cluster.js';
import { PARTITIONS, ReportingCluster, TIMEOUT_MS } from './reporting-cluster.js';

const why = await Cluster.whyNot();
if (why !== undefined) console.warn(`SKIPPED: Kafka: what readiness and metrics say of faults (${why})`);

/** What alerts and operators see over HTTP of faults of database, broker and group, and of their end. */
(why === undefined ? describe : describe.skip)('Kafka: readiness and metrics report faults', () => {
  const reporting = new ReportingCluster();
  const { one, ready, says, well, series, send, found, all } = reporting;
  beforeAll(reporting.start, 400_000);
  afterAll(reporting.stop, 60_000);

  const keepFailures = async () => (await series(one('api'), 'betrace_violations_keep_failures_total')).get('')!;
  const keepLag = async () =>
    [...(await series(one('api'), 'betrace_violations_keep_lag_records')).values()].reduce((sum, value) => sum + value, 0);

  it('the database is read-only', async () => {
    if (reporting.cluster.postgres.outage === undefined) return; // Others may use it, too.
    await setReadOnly(reporting.cluster, true);
    try {
      // Even when there is nothing to store: the readiness check writes.
      await says(one('api'), 503, 'storage', /BT_STORE_READ_ONLY: .*default_transaction_read_only/);
      const put = await one('api').json<{ code: string }>('PUT', '/v1/rules/bad', {
        name: 'bad',
        expression: 'span.name == "bad"',
        severity: 'LOW',
      });
      expect({ status: put.status, code: put.body.code }).toEqual({ status: 503, code: 'BT_STORE_READ_ONLY' });
      // Earlier failures (the start of the cluster, ended sessions) concerned no violation.
      const before = await keepFailures();
      expect(await send('bad')).toBe(202);
      await eventually('the lag', async () => ((await keepLag()) > 0 ? true : undefined), TIMEOUT_MS, 100);
      await eventually('the counter', async () => ((await keepFailures()) > before ? true : undefined), TIMEOUT_MS, 100);
      // Another attempt does not reset it.
      expect(await keepLag()).toBeGreaterThan(0);
    } finally {
      await setReadOnly(reporting.cluster, false);
    }
    await all(1);
    await well('api');
  }, 400_000);

  it('the disk of the database is full', async () => {
    await setFull(reporting.cluster, true);
    try {
      const before = await keepFailures();
      expect(await send('bad')).toBe(202);
      await says(one('api'), 503, 'storage', /BT_STORE_FULL/);
      // Readiness writes for itself: it may report the fault before the violation comes.
      await eventually('the counter', async () => ((await keepFailures()) > before ? true : undefined), TIMEOUT_MS, 100);
    } finally {
      await setFull(reporting.cluster, false);
    }
    await all(2);
    await well('api');
  }, 400_000);

  it('the broker hangs, also while an evaluator stops', async () => {
    const stops = await reporting.cluster.add('evaluator');
    reporting.cluster.broker.suspend();
    try {
      await says(one('ingest'), 503, 'storage', /Kafka could not/, 2);
      await says(one('evaluator'), 503, 'rule_engine', /the spans log cannot be read/);
      // It answers with stored violations, and reports that newer ones are missing.
      await says(one('api'), 200, 'storage', /violations are not kept/);
      expect((await ready(one('api'))).status).toBe('degraded');
      expect(await found()).toBe(2);
      for (const app of ['evaluator', 'api'] as const) {
        const ages = [...(await series(one(app), 'betrace_log_end_age_seconds')).values()];
        expect(Math.max(...ages)).toBeGreaterThan(1);
      }
      // It does not wait for a last commit until its orchestrator kills it.
      expect(await reporting.cluster.remove(stops)).toBe(0);
    } finally {
      reporting.cluster.broker.resume();
    }
    await well('ingest', 'evaluator', 'api');
  }, 400_000);

  it('the group refuses an evaluator', async () => {
    // More than the broker's `group.max.session.timeout.ms`.
    const out = await BeTrace.spawn({ app: 'evaluator', env: { ...reporting.cluster.env, KAFKA_SESSION_TIMEOUT: '40m' } });
    try {
      await eventually('its start', async () => (await ready(out)).code, TIMEOUT_MS, 200);
      await says(out, 503, 'rule_engine', /keep betrace-evaluator together: INVALID_SESSION_TIMEOUT/);
      expect((await series(out, 'betrace_evaluator_lag_records')).size).toBe(0);
    } finally {
      await out.stop();
    }
  }, 400_000);

  it('partitions move to another evaluator, and back from one that hung: each has its own series', async () => {
    const gauges = ['betrace_evaluator_lag_records', 'betrace_traces_open', 'betrace_trace_memory_bytes', 'betrace_rules_epoch'];
    const partitionsOf = async (of: BeTrace) =>
      Promise.all([...gauges, 'betrace_evaluator_partition_failing'].map(async (name) => [...(await series(of, name)).keys()].toSorted()));
    const [first = ''] = reporting.cluster.names('evaluator');
    const second = await reporting.cluster.add('evaluator');
    const shared = async () => {
      for (const name of ['ok', 'ok', 'ok', 'ok']) await send(name);
      const [left, right] = [await partitionsOf(reporting.cluster.process(first)), await partitionsOf(reporting.cluster.process(second))];
      return left.every((keys, n) => keys.length === 2 && [...keys, ...right[n]!].toSorted().join() === PARTITIONS.join())
        ? true
        : undefined;
    };
    await eventually('two partitions each', shared, TIMEOUT_MS, 200);
    reporting.cluster.process(first).process.kill('SIGSTOP');
    const has = async () => ((await partitionsOf(reporting.cluster.process(second)))[0]!.length === PARTITIONS.length ? true : undefined);
    await eventually('all partitions', has, TIMEOUT_MS, 200);
    reporting.cluster.process(first).process.kill('SIGCONT');
    await eventually('two partitions each again', shared, TIMEOUT_MS, 200);
    await reporting.cluster.remove(second);
    await well('evaluator');
  }, 400_000);
});
