import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Partitioners } from 'kafkajs';
import { encodeRequest, spansFromValue } from '#otlp';
import { EVALUATORS, type RuleSetRecord, TOPICS } from '#records';
import { createRule } from '../harness/create-rule.js';
import { eventually } from '../harness/eventually.js';
import { Cluster } from '../harness/kafka/cluster.js';
import { PARTITIONS, ReportingCluster, TIMEOUT_MS } from './reporting-cluster.js';

const why = await Cluster.whyNot();
if (why !== undefined) console.warn(`SKIPPED: Kafka: what readiness and metrics say of topics (${why})`);

/** More than the tolerated clock difference, and short enough for a test. It must be seen meanwhile, also if the machine pauses. */
const AHEAD_MS = 20_000;

/** As in reported-faults.spec.ts, of topics whose settings, records and names are changed, and of clocks. */
(why === undefined ? describe : describe.skip)('Kafka: readiness and metrics report faults of topics', () => {
  const reporting = new ReportingCluster();
  const { one, ready, says, well, series, send, found, all, alter, deleteTopics } = reporting;
  beforeAll(reporting.start, 400_000);
  afterAll(reporting.stop, 60_000);

  it('a record is some seconds ahead of the clock: traces close after its time', async () => {
    const expression = 'trace.has(span.name == "charge") and not trace.has(span.name == "audit")';
    await createRule(one('api'), { id: 'unaudited', name: 'unaudited', expression, severity: 'LOW' });
    const restore = await alter(TOPICS.spans, { 'message.timestamp.type': 'CreateTime' });
    const before = await found();
    const until = Date.now() + AHEAD_MS;
    const producer = reporting.kafka.producer();
    await producer.connect();
    const ahead = PARTITIONS.map((partition) => ({ partition: Number(partition), key: 'k', value: '', timestamp: String(until) }));
    await producer.send({ topic: TOPICS.spans, messages: ahead });
    await producer.disconnect();
    expect(await send('charge', 8)).toBe(202);
    await says(one('evaluator'), 200, 'rule_engine', /log's time of partition \d is \d+ s ahead of this machine's clock/, 0);
    expect(await found()).toBe(before);
    const isFound = async () => {
      const now = Date.now();
      return (await found()) > before ? now : undefined;
    };
    // They have their roots, so they close two seconds later in log time.
    expect(await eventually('a violation', isFound, TIMEOUT_MS, 50)).toBeGreaterThan(until);
    await all(before + 8);
    await restore();
    await well('evaluator');
    const isOver = async () => Math.max(...(await series(one('evaluator'), 'betrace_log_time_ahead_seconds')).values()) === 0 || undefined;
    await eventually('the gauge to be 0', isOver, TIMEOUT_MS, 200);
    expect((await one('api').json('DELETE', '/v1/rules/unaudited')).status).toBe(204);
  }, 400_000);

  it('settings of topics are changed, and log time is ahead of the clock', async () => {
    const restore = await alter(TOPICS.spans, { 'message.timestamp.type': 'CreateTime', 'max.message.bytes': '20000' });
    await reporting.admin.createPartitions({ topicPartitions: [{ topic: TOPICS.violations, count: 6 }] });
    const settings =
      /message\.timestamp\.type is CreateTime.*max\.message\.bytes is 20000.*kafka-configs\.sh.*it has 6 partitions, must have 4/;
    for (const app of ['ingest', 'evaluator', 'api'] as const) await says(one(app), 200, 'log_settings', settings);
    // The client may retry: its request is not at fault.
    expect(await send('large', 1, 50_000)).toBe(503);
    const producer = reporting.kafka.producer();
    await producer.connect();
    const ahead = { partition: 0, key: 'k', value: '', timestamp: String(Date.now() + 3_000_000) };
    await producer.send({ topic: TOPICS.spans, messages: [ahead] });
    await producer.disconnect();
    await says(one('evaluator'), 200, 'rule_engine', /log's time of partition 0 is (2[89]|30)\d\d s ahead of this machine's clock/, 0);
    const gauge = async () => ((await series(one('evaluator'), 'betrace_log_time_ahead_seconds')).get('0')! > 2_000 ? true : undefined);
    await eventually('the gauge', gauge, TIMEOUT_MS, 200);
    await restore();
    const back = async () => (/CreateTime/.test((await ready(one('ingest'))).checks['log_settings'] ?? '') ? undefined : true);
    await eventually('the word that they are right', back, TIMEOUT_MS, 200);
  }, 400_000);

  it('the topic of violations accepts no record of their size: they wait, and none becomes a dead letter', async () => {
    const before = await found();
    const letters = async () => (await reporting.admin.fetchTopicOffsets(TOPICS.deadLetters)).map(({ high }) => high);
    const set = await letters();
    const restore = await alter(TOPICS.violations, { 'max.message.bytes': '300' });
    try {
      expect(await send('bad', 8)).toBe(202);
      await says(one('evaluator'), 503, 'rule_engine', /violations wait for the log: .*max\.message\.bytes of the topic/);
      expect(await letters()).toEqual(set);
    } finally {
      await restore();
    }
    await all(before + 8);
    expect(await letters()).toEqual(set);
  }, 400_000);

  it('partitions are added to the spans log: spans in them are judged, and it is reported', async () => {
    const before = await found();
    await reporting.admin.createPartitions({ topicPartitions: [{ topic: TOPICS.spans, count: 6 }] });
    for (const app of ['ingest', 'evaluator', 'api'] as const) {
      await says(one(app), 200, 'log_settings', /betrace\.spans in Kafka .*it has 6 partitions, must have 4/);
    }
    const producer = reporting.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const messages = Array.from({ length: 60 }, () => {
      const request = spansFromValue({ spans: [{ trace_id: reporting.traceId(), span_id: 's', name: 'bad', start_time: 0, duration: 1 }] });
      return { key: request.resourceSpans[0]!.scopeSpans[0]!.spans[0]!.traceId, value: Buffer.from(encodeRequest(request)) };
    });
    const written = await producer.send({ topic: TOPICS.spans, messages });
    await producer.disconnect();
    expect(written.map(({ partition }) => partition).toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
    await all(before + messages.length);
    // Each has series of its own, and no rules: none of its spans is judged.
    const partitionsOf = async (name: string) => [...(await series(one('evaluator'), name)).keys()].toSorted();
    expect(await partitionsOf('betrace_evaluator_lag_records')).toEqual([...PARTITIONS, '4', '5']);
    expect(await partitionsOf('betrace_rules_epoch')).toEqual(PARTITIONS);
    const { code, checks } = await ready(one('evaluator'));
    expect(code).toBe(200);
    expect(checks['rule_engine']).not.toMatch(/not (evaluated|in force)/);
    expect(await send('bad', 10)).toBe(202);
    await all(before + messages.length + 10);
  }, 400_000);

  it('topics are deleted', async () => {
    const before = await found();
    await deleteTopics(TOPICS.spans, TOPICS.violations);
    await says(one('ingest'), 503, 'storage', /Kafka could not/, 2);
    await says(one('evaluator'), 503, 'rule_engine', /the spans log cannot be read/);
    await says(one('api'), 200, 'storage', /violations are not kept/);
    // Every process creates them again, with the right settings.
    await reporting.cluster.remove(await reporting.cluster.add('ingest'));
    await well('ingest', 'evaluator', 'api');
    expect(await send('bad')).toBe(202);
    await all(before + 1);
  }, 400_000);

  it('topics are deleted that are not needed to accept spans', async () => {
    const before = await found();
    await deleteTopics(TOPICS.deadLetters, TOPICS.rules, TOPICS.violations, TOPICS.ruleStatus);
    await says(one('ingest'), 200, 'storage', /topic betrace\.[a-z.-]+ does not exist/);
    expect(await send('bad')).toBe(202);
    await says(one('evaluator'), 503, 'rule_engine', /partitions? [\d, ]+ (is|are) not evaluated: violations wait for the log/, 1);
    const failing = await series(one('evaluator'), 'betrace_evaluator_partition_failing');
    expect(Math.max(...failing.values())).toBe(1);
    // A partition with an unreadable record stops too, because its dead letter cannot be published.
    const producer = reporting.kafka.producer();
    await producer.connect();
    await producer.send({
      topic: TOPICS.spans,
      messages: PARTITIONS.map((partition) => ({ partition: Number(partition), value: 'junk' })),
    });
    await producer.disconnect();
    const standing = async () => {
      const values = await series(one('evaluator'), 'betrace_evaluator_partition_failing');
      return PARTITIONS.every((partition) => values.get(partition) === 1) ? true : undefined;
    };
    await eventually('all partitions to be told', standing, TIMEOUT_MS, 200);
    const rule = { name: 'late', expression: 'span.name == "late"', severity: 'HIGH' };
    const saved = await fetch(`${one('api').url}/v1/rules/late`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rule),
    });
    expect([saved.status, saved.headers.get('betrace-rule-publication')]).toEqual([201, 'pending']);
    await says(one('api'), 200, 'rule_engine', /rules are stored and not in force.*betrace\.rules|rules are stored and not in force/);
    await reporting.cluster.remove(await reporting.cluster.add('ingest'));
    await well('ingest', 'evaluator', 'api');
    expect(await send('late')).toBe(202);
    await all(before + 2);
  }, 600_000);

  it('records are deleted before they are evaluated', async () => {
    for (const name of reporting.cluster.names('evaluator')) await reporting.cluster.remove(name);
    expect(await send('lost', 40)).toBe(202);
    const ends = await reporting.admin.fetchTopicOffsets(TOPICS.spans);
    await reporting.admin.deleteTopicRecords({
      topic: TOPICS.spans,
      partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
    });
    await reporting.cluster.add('evaluator', { KAFKA_GROUP_INSTANCE_ID: 'a', KAFKA_SESSION_TIMEOUT: '3s' });
    await says(one('evaluator'), 200, 'rule_engine', /BT_LOG_RECORDS_EXPIRED: .*partition \d of betrace\.spans/, 0);
    expect((await series(one('evaluator'), 'betrace_spans_expired_total')).get('')).toBeGreaterThan(0);
  }, 400_000);

  it.each([
    ['shorter than its session', 0],
    ['longer than its session', 5_000],
  ])(
    'records are deleted while an evaluator hangs, %s: no span is reported missing that they could hold',
    async (_, hangsFor) => {
      const id = `unaudited-${hangsFor}`;
      const expression = 'trace.has(span.name == "charge") and not trace.has(span.name == "audit")';
      await createRule(one('api'), { id, name: id, expression, severity: 'LOW' });
      const sendOf = async (name: string, traces: string, parent?: string) => {
        const spans = Array.from({ length: 8 }, (__, n) => ({
          trace_id: `${id} ${traces} ${n}`,
          span_id: name,
          ...(parent === undefined ? {} : { parent_id: parent }),
          name,
          start_time: 0,
          duration: 1,
        }));
        expect((await one('ingest').json('POST', '/v1/spans', { spans })).status).toBe(202);
      };
      const foundOf = async (status: string) => {
        const url = `/v1/violations?view=full&rule_id=${id}&status=${status}&limit=100`;
        const { body } = await one('api').json<{ violations: { trace_id: string; complete: boolean; undecided?: { code: string } }[] }>(
          'GET',
          url,
        );
        return body.violations;
      };
      const evaluated = async () => (await series(one('evaluator'), 'betrace_spans_evaluated_total')).get('')!;
      const before = await evaluated();
      await sendOf('charge', 'before');
      await eventually('the charges to be read', async () => ((await evaluated()) >= before + 8 ? true : undefined), TIMEOUT_MS, 50);
      const { process } = one('evaluator');
      process.kill('SIGSTOP');
      try {
        await sendOf('audit', 'before', 'charge');
        const ends = await reporting.admin.fetchTopicOffsets(TOPICS.spans);
        const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }));
        await reporting.admin.deleteTopicRecords({ topic: TOPICS.spans, partitions });
        await sendOf('charge', 'after');
        await pause(hangsFor);
      } finally {
        process.kill('SIGCONT');
      }
      const judged = async () => {
        const traces = new Set((await foundOf('undecided')).map(({ trace_id }) => trace_id));
        return Array.from({ length: 8 }, (__, n) => `${id} after ${n}`).every((trace) => traces.has(trace)) ? true : undefined;
      };
      await eventually('the traces to be judged', judged, TIMEOUT_MS, 200);
      expect(await foundOf('open')).toEqual([]);
      const undecided = await foundOf('undecided');
      expect(new Set(undecided.map(({ complete, undecided: why }) => `${complete} ${why?.code}`))).toEqual(
        new Set(['false records_deleted']),
      );
      expect((await one('api').json('DELETE', `/v1/rules/${id}`)).status).toBe(204);
    },
    400_000,
  );

  it('rules are published, and none is in force', async () => {
    for (const name of [...reporting.cluster.names('evaluator'), ...reporting.cluster.names('api')]) await reporting.cluster.remove(name);
    // A static member stays in the group until its session ends.
    await eventually('an empty group', () => reporting.admin.deleteGroups([EVALUATORS]), TIMEOUT_MS, 200);
    await deleteTopics(TOPICS.spans, TOPICS.rules);
    await reporting.cluster.add('evaluator');
    await eventually('spans', async () => ((await send('bad', 40)) === 202 ? true : undefined), TIMEOUT_MS, 200);
    const judged = async () => ((await series(one('evaluator'), 'betrace_spans_evaluated_total')).get('')! >= 40 ? true : undefined);
    await eventually('spans to be judged', judged, TIMEOUT_MS, 200);
    await pause(10);
    const record: RuleSetRecord = { epoch: 1_000, snapshot: [] };
    const producer = reporting.kafka.producer();
    await producer.connect();
    await producer.send({ topic: TOPICS.rules, messages: [{ partition: 0, key: '1000', value: JSON.stringify(record) }] });
    await producer.disconnect();
    await says(one('evaluator'), 503, 'rule_engine', /BT_LOG_RULES_NOT_IN_FORCE: .*rule set 1000/, 2);
    await reporting.cluster.add('api');
    await well('evaluator', 'api');
  }, 400_000);
});
