import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Admin, Partitioners } from 'kafkajs';
import { encodeRequest, spansFromValue } from '#otlp';
import { type RuleSetRecord, TOPICS } from '#records';
import { KafkaClient, logLevel } from '../../libs/messaging/src/kafka/client/kafkajs.js';
import { BeTrace } from '../harness/betrace.js';
import { Cluster, type ClusterApp } from '../harness/cluster.js';
import { setFull, setReadOnly } from '../harness/database-faults.js';
import { eventually } from '../harness/eventually.js';

const why = await Cluster.whyNot();
if (why !== undefined) console.warn(`SKIPPED: Kafka: what readiness and metrics say of faults (${why})`);

const TIMEOUT_MS = 90_000;
/** More than the tolerated clock difference, and short enough for a test. */
const AHEAD_MS = 6_000;
const PARTITIONS = ['0', '1', '2', '3'];
const GROUP = 'betrace-evaluator';
const CREATED = [
  { name: 'message.timestamp.type', value: 'LogAppendTime' },
  { name: 'max.message.bytes', value: String(8 * 1024 * 1024 + 61) },
  { name: 'retention.ms', value: '86400000' },
];

interface Ready {
  readonly status: string;
  readonly checks: Readonly<Record<string, string>>;
}

/** What alerts and operators see, over HTTP, of each fault that stops a part of the work, and when it is over. */
(why === undefined ? describe : describe.skip)('Kafka: readiness and metrics say it', () => {
  let cluster: Cluster;
  let kafka: InstanceType<typeof KafkaClient>;
  let admin: Admin;
  let spans = 0;

  beforeAll(async () => {
    cluster = await Cluster.start({ BETRACE_LOG_PARTITIONS: String(PARTITIONS.length) });
    for (const app of ['api', 'ingest', 'evaluator'] as const) await cluster.add(app);
    kafka = new KafkaClient({ brokers: [cluster.broker.address], logLevel: logLevel.NOTHING });
    admin = kafka.admin();
    await admin.connect();
    const rule = { id: 'bad', name: 'bad', expression: 'span.name == "bad"', severity: 'HIGH' };
    expect((await one('api').json('POST', '/v1/rules', rule)).status).toBe(201);
  }, 400_000);
  afterAll(async () => {
    await admin?.disconnect().catch(() => undefined);
    await cluster?.stop();
  }, 60_000);

  const one = (app: ClusterApp): BeTrace => cluster.all(app)[0]!;

  async function ready(of: BeTrace): Promise<Ready & { readonly code: number }> {
    const answer = await fetch(`${of.url}/ready`, { signal: AbortSignal.timeout(10_000) });
    return { code: answer.status, ...((await answer.json()) as Ready) };
  }

  /** Waits until `/ready` answers this code, and the check this text, and the grade for alerts agrees. */
  async function says(of: BeTrace, code: number, check: string, text: RegExp, grade = 1): Promise<void> {
    let last: unknown;
    const told = async () => {
      const { checks, ...answer } = await ready(of);
      const graded = (await series(of, 'betrace_readiness_grade')).get(check);
      last = { ...answer, checks, graded };
      return answer.code === code && text.test(checks[check] ?? '') && graded === grade ? true : undefined;
    };
    await eventually(`${check} to say ${text}`, told, TIMEOUT_MS, 200).catch((error: Error) => {
      throw new Error(`${error.message}: ${JSON.stringify(last)}`, { cause: error });
    });
  }

  const well = async (...apps: readonly ClusterApp[]): Promise<void> => {
    for (const of of apps.flatMap((app) => cluster.all(app))) {
      let last: Ready | undefined;
      const is = async () => {
        last = await ready(of);
        return last.status === 'ready' ? true : undefined;
      };
      await eventually('readiness', is, TIMEOUT_MS, 200).catch((error: Error) => {
        throw new Error(`${error.message}: ${JSON.stringify(last)}`, { cause: error });
      });
    }
  };

  /** The values of a metric by their (only) label; without a label by the empty text. */
  async function series(of: BeTrace, name: string): Promise<ReadonlyMap<string, number>> {
    const text = await (await fetch(`${of.url}/metrics`, { signal: AbortSignal.timeout(10_000) })).text();
    const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    const value = (line: string) => Number(line.slice(line.lastIndexOf(' ') + 1).replace('Inf', 'Infinity'));
    return new Map(lines.map((line) => [/="([^"]*)"/.exec(line)?.[1] ?? '', value(line)]));
  }

  const keepFailures = async () => (await series(one('api'), 'betrace_violations_keep_failures_total')).get('')!;
  const keepLag = async () =>
    [...(await series(one('api'), 'betrace_violations_keep_lag_records')).values()].reduce((sum, value) => sum + value, 0);

  const send = async (name: string, traces = 1, size = 0): Promise<number> => {
    const sent = Array.from({ length: traces }, () => ({
      trace_id: `trace ${spans++}`,
      span_id: 's',
      name,
      start_time: 0,
      duration: 1,
      attributes: { filling: 'x'.repeat(size) },
    }));
    return (await one('ingest').json('POST', '/v1/spans', { spans: sent })).status;
  };
  const found = async (): Promise<number> => (await one('api').json<{ total: number }>('GET', '/v1/violations?limit=1')).body.total;
  const all = (count: number) => eventually('the violations', async () => ((await found()) === count ? true : undefined), TIMEOUT_MS, 200);

  const alter = (topic: string, changed: Readonly<Record<string, string>>) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: 2, name: topic, configEntries: CREATED.map(({ name, value }) => ({ name, value: changed[name] ?? value })) }],
    });

  async function deleteTopics(...topics: string[]): Promise<void> {
    await admin.deleteTopics({ topics });
    const gone = async () => ((await admin.listTopics()).some((topic) => topics.includes(topic)) ? undefined : true);
    await eventually('the topics to be gone', gone, TIMEOUT_MS);
  }

  it('the database is read-only', async () => {
    if (cluster.postgres.outage === undefined) return; // It may be others' too.
    await setReadOnly(cluster, true);
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
      await setReadOnly(cluster, false);
    }
    await all(1);
    await well('api');
  }, 200_000);

  it('the disk of the database is full', async () => {
    await setFull(cluster, true);
    try {
      const before = await keepFailures();
      expect(await send('bad')).toBe(202);
      await says(one('api'), 503, 'storage', /BT_STORE_FULL/);
      expect(await keepFailures()).toBeGreaterThan(before);
    } finally {
      await setFull(cluster, false);
    }
    await all(2);
    await well('api');
  }, 200_000);

  it('the broker hangs, also while an evaluator stops', async () => {
    const stops = await cluster.add('evaluator');
    cluster.broker.suspend();
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
      expect(await cluster.remove(stops)).toBe(0);
    } finally {
      cluster.broker.resume();
    }
    await well('ingest', 'evaluator', 'api');
  }, 200_000);

  it('the group refuses an evaluator', async () => {
    // More than the broker's `group.max.session.timeout.ms`.
    const out = await BeTrace.spawn({ app: 'evaluator', env: { ...cluster.env, KAFKA_SESSION_TIMEOUT: '40m' } });
    try {
      await eventually('its start', async () => (await ready(out)).code, TIMEOUT_MS, 200);
      await says(out, 503, 'rule_engine', /keep betrace-evaluator together: INVALID_SESSION_TIMEOUT/);
      expect((await series(out, 'betrace_evaluator_lag_records')).size).toBe(0);
    } finally {
      await out.stop();
    }
  }, 200_000);

  it('partitions move to another evaluator, and back from one that hung: each has its own series', async () => {
    const gauges = ['betrace_evaluator_lag_records', 'betrace_traces_open', 'betrace_trace_memory_bytes', 'betrace_rules_epoch'];
    const partitionsOf = async (of: BeTrace) =>
      Promise.all([...gauges, 'betrace_evaluator_partition_failing'].map(async (name) => [...(await series(of, name)).keys()].toSorted()));
    const [first = ''] = cluster.names('evaluator');
    const second = await cluster.add('evaluator');
    const shared = async () => {
      for (const name of ['ok', 'ok', 'ok', 'ok']) await send(name);
      const [left, right] = [await partitionsOf(cluster.process(first)), await partitionsOf(cluster.process(second))];
      return left.every((keys, n) => keys.length === 2 && [...keys, ...right[n]!].toSorted().join() === PARTITIONS.join())
        ? true
        : undefined;
    };
    await eventually('two partitions each', shared, TIMEOUT_MS, 200);
    cluster.process(first).process.kill('SIGSTOP');
    const has = async () => ((await partitionsOf(cluster.process(second)))[0]!.length === PARTITIONS.length ? true : undefined);
    await eventually('all partitions', has, TIMEOUT_MS, 200);
    cluster.process(first).process.kill('SIGCONT');
    await eventually('two partitions each again', shared, TIMEOUT_MS, 200);
    await cluster.remove(second);
    await well('evaluator');
  }, 200_000);

  it('a record is some seconds ahead of the clock: traces close after its time', async () => {
    const rule = {
      name: 'unaudited',
      expression: 'trace.has(span.name == "charge") and not trace.has(span.name == "audit")',
      severity: 'LOW',
    };
    expect((await one('api').json('POST', '/v1/rules', rule)).status).toBe(201);
    await alter(TOPICS.spans, { 'message.timestamp.type': 'CreateTime' });
    const before = await found();
    const until = Date.now() + AHEAD_MS;
    const producer = kafka.producer();
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
    await alter(TOPICS.spans, {});
    await well('evaluator');
    expect(Math.max(...(await series(one('evaluator'), 'betrace_log_time_ahead_seconds')).values())).toBe(0);
    expect((await one('api').json('DELETE', '/v1/rules/unaudited')).status).toBe(204);
  }, 200_000);

  it('settings of topics are changed, and log time is ahead of the clock', async () => {
    await alter(TOPICS.spans, { 'message.timestamp.type': 'CreateTime', 'max.message.bytes': '20000' });
    await admin.createPartitions({ topicPartitions: [{ topic: TOPICS.violations, count: 6 }] });
    const settings =
      /message\.timestamp\.type is CreateTime.*max\.message\.bytes is 20000.*kafka-configs\.sh.*it has 6 partitions, must have 4/;
    for (const app of ['ingest', 'evaluator', 'api'] as const) await says(one(app), 200, 'log_settings', settings);
    // The client may retry: its request is not at fault.
    expect(await send('large', 1, 50_000)).toBe(503);
    const producer = kafka.producer();
    await producer.connect();
    const ahead = { partition: 0, key: 'k', value: '', timestamp: String(Date.now() + 3_000_000) };
    await producer.send({ topic: TOPICS.spans, messages: [ahead] });
    await producer.disconnect();
    await says(one('evaluator'), 200, 'rule_engine', /log's time of partition 0 is (2[89]|30)\d\d s ahead of this machine's clock/, 0);
    const gauge = async () => ((await series(one('evaluator'), 'betrace_log_time_ahead_seconds')).get('0')! > 2_000 ? true : undefined);
    await eventually('the gauge', gauge, TIMEOUT_MS, 200);
    await alter(TOPICS.spans, {});
    const back = async () => (/CreateTime/.test((await ready(one('ingest'))).checks['log_settings'] ?? '') ? undefined : true);
    await eventually('the word that they are right', back, TIMEOUT_MS, 200);
  }, 200_000);

  it('the topic of violations accepts no record of their size: they wait, and none becomes a dead letter', async () => {
    const before = await found();
    const letters = async () => (await admin.fetchTopicOffsets(TOPICS.deadLetters)).map(({ high }) => high);
    const set = await letters();
    await alter(TOPICS.violations, { 'max.message.bytes': '300' });
    try {
      expect(await send('bad', 8)).toBe(202);
      await says(one('evaluator'), 503, 'rule_engine', /violations wait for the log: .*max\.message\.bytes of the topic/);
      expect(await letters()).toEqual(set);
    } finally {
      await alter(TOPICS.violations, {});
    }
    await all(before + 8);
    expect(await letters()).toEqual(set);
  }, 200_000);

  it('partitions are added to the spans log: spans in them are judged, and it is reported', async () => {
    const before = await found();
    await admin.createPartitions({ topicPartitions: [{ topic: TOPICS.spans, count: 6 }] });
    for (const app of ['ingest', 'evaluator', 'api'] as const) {
      await says(one(app), 200, 'log_settings', /betrace\.spans in Kafka .*it has 6 partitions, must have 4/);
    }
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const messages = Array.from({ length: 60 }, () => {
      const request = spansFromValue({ spans: [{ trace_id: `trace ${spans++}`, span_id: 's', name: 'bad', start_time: 0, duration: 1 }] });
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
  }, 200_000);

  it('topics are deleted', async () => {
    const before = await found();
    await deleteTopics(TOPICS.spans, TOPICS.violations);
    await says(one('ingest'), 503, 'storage', /Kafka could not/, 2);
    await says(one('evaluator'), 503, 'rule_engine', /the spans log cannot be read/);
    await says(one('api'), 200, 'storage', /violations are not kept/);
    // Every process creates them again, with the right settings.
    await cluster.remove(await cluster.add('ingest'));
    await well('ingest', 'evaluator', 'api');
    expect(await send('bad')).toBe(202);
    await all(before + 1);
  }, 200_000);

  it('topics are deleted that are not needed to accept spans', async () => {
    const before = await found();
    await deleteTopics(TOPICS.deadLetters, TOPICS.rules, TOPICS.violations, TOPICS.ruleStatus);
    await says(one('ingest'), 200, 'storage', /topic betrace\.[a-z.-]+ does not exist/);
    expect(await send('bad')).toBe(202);
    await says(one('evaluator'), 503, 'rule_engine', /partitions? [\d, ]+ (is|are) not evaluated: violations wait for the log/, 1);
    const failing = await series(one('evaluator'), 'betrace_evaluator_partition_failing');
    expect(Math.max(...failing.values())).toBe(1);
    // A partition with an unreadable record stops too, because its dead letter cannot be published.
    const producer = kafka.producer();
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
    await cluster.remove(await cluster.add('ingest'));
    await well('ingest', 'evaluator', 'api');
    expect(await send('late')).toBe(202);
    await all(before + 2);
  }, 300_000);

  it('records are deleted before they are evaluated', async () => {
    for (const name of cluster.names('evaluator')) await cluster.remove(name);
    expect(await send('lost', 40)).toBe(202);
    const ends = await admin.fetchTopicOffsets(TOPICS.spans);
    await admin.deleteTopicRecords({ topic: TOPICS.spans, partitions: ends.map(({ partition, high }) => ({ partition, offset: high })) });
    await cluster.add('evaluator', { KAFKA_GROUP_INSTANCE_ID: 'a' });
    await says(one('evaluator'), 200, 'rule_engine', /BT_LOG_RECORDS_EXPIRED: .*partition \d of betrace\.spans/, 0);
    expect((await series(one('evaluator'), 'betrace_spans_expired_total')).get('')).toBeGreaterThan(0);
  }, 200_000);

  it.each([
    ['shorter than its session', 0],
    ['longer than its session', 5_000],
  ])(
    'records are deleted while an evaluator hangs, %s: no absence is claimed that they could refute',
    async (_, hangsFor) => {
      const id = `unaudited-${hangsFor}`;
      const expression = 'trace.has(span.name == "charge") and not trace.has(span.name == "audit")';
      expect((await one('api').json('POST', '/v1/rules', { id, name: id, expression, severity: 'LOW' })).status).toBe(201);
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
        const ends = await admin.fetchTopicOffsets(TOPICS.spans);
        const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }));
        await admin.deleteTopicRecords({ topic: TOPICS.spans, partitions });
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
    200_000,
  );

  it('rules are published, and none is in force', async () => {
    for (const name of [...cluster.names('evaluator'), ...cluster.names('api')]) await cluster.remove(name);
    // A static member stays in the group until its session ends.
    await eventually('an empty group', () => admin.deleteGroups([GROUP]), TIMEOUT_MS, 200);
    await deleteTopics(TOPICS.spans, TOPICS.rules);
    await cluster.add('evaluator');
    await eventually('spans', async () => ((await send('bad', 40)) === 202 ? true : undefined), TIMEOUT_MS, 200);
    const judged = async () => ((await series(one('evaluator'), 'betrace_spans_evaluated_total')).get('')! >= 40 ? true : undefined);
    await eventually('spans to be judged', judged, TIMEOUT_MS, 200);
    await pause(10);
    const record: RuleSetRecord = { epoch: 1_000, snapshot: [] };
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic: TOPICS.rules, messages: [{ partition: 0, key: '1000', value: JSON.stringify(record) }] });
    await producer.disconnect();
    await says(one('evaluator'), 503, 'rule_engine', /BT_LOG_RULES_NOT_IN_FORCE: .*rule set 1000/, 2);
    await cluster.add('api');
    await well('evaluator', 'api');
  }, 200_000);
});
