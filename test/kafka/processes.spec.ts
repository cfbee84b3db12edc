import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { type Log, type LogRecord, partitionOf, readAll } from '#messaging';
import { decodeRequest, encodeRequest, encodeRequestJson, spansFromValue } from '#otlp';
import { CONTROL_EPOCH_PREFIX, CONTROL_HEADER, TOPICS, type ViolationRecord } from '#records';
import { KafkaClient, logLevel } from '../../libs/messaging/src/kafka/client/kafkajs.js';
import { clusterLog, FOREIGN_TOPIC } from '../chaos/send.js';
import { allViolations } from '../harness/all-violations.js';
import type { BeTrace } from '../harness/betrace.js';
import { createRule } from '../harness/create-rule.js';
import { eventually, untilCount } from '../harness/eventually.js';
import { CLUSTER_PARTITIONS, Cluster, metric } from '../harness/kafka/cluster.js';
import { WebhookReceiver } from '../harness/services/webhook-receiver.js';

const TIMEOUT_MS = 120_000;
jest.setTimeout(400_000);
/** How long the answer to a change of rules waits for its publication. */
const ANSWER_MS = 2_000;
const PARTITIONS = Array.from({ length: CLUSTER_PARTITIONS }, (_, partition) => partition);
/** The states of a preview that continues. */
const UNFINISHED = ['queued', 'running'];
const why = await Cluster.whyNot();
if (why !== undefined) console.warn(`SKIPPED: Kafka: processes (${why})`);

const span = (traceId: string, name: string) => ({ trace_id: traceId, span_id: traceId.slice(16), name, start_time: 0, duration: 1 });
const traceId = (): string => randomBytes(16).toString('hex');
const request = (name: string, id: string) => spansFromValue({ spans: [span(id, name)] }, { incomplete: true });

interface Preview {
  readonly state: string;
  readonly result?: { readonly traces: number; readonly samples: readonly { readonly trace_id: string }[] };
}

/** Processes as docs/kafka-topics.md starts them, with a received topic of other producers. */
(why === undefined ? describe : describe.skip)('Kafka: processes', () => {
  let cluster: Cluster;
  let log: Log;
  let folder: string;
  const hook = new WebhookReceiver();

  beforeAll(async () => {
    await hook.open();
    folder = await mkdtemp(join(tmpdir(), 'betrace-processes-'));
    const receivers = join(folder, 'receivers.json');
    await writeFile(receivers, JSON.stringify({ receivers: [{ name: 'chat', webhook: hook.url, rules: ['told'] }] }));
    cluster = await Cluster.start({ KAFKA_RECEIVE_TOPICS: FOREIGN_TOPIC, BETRACE_NOTIFICATIONS_FILE: receivers });
    log = await clusterLog(cluster);
    await Promise.all((['api', 'api', 'ingest', 'evaluator', 'evaluator'] as const).map((app) => cluster.add(app)));
  }, 400_000);
  afterAll(async () => {
    await log?.close();
    await cluster?.stop();
    await hook.close();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const post = (name: string, id: string) => cluster.all('ingest')[0]!.json('POST', '/v1/spans', { spans: [span(id, name)] });
  const ruleOf = (id: string) => ({ id, name: id, expression: `span.name == "${id}"`, severity: 'LOW' });
  const createAndPublish = (api: BeTrace, id: string) => createRule(api, ruleOf(id));
  const violatedTraces = async (api: BeTrace, rule: string): Promise<string[]> =>
    (await allViolations<{ readonly trace_id: string }>(api, `rule_id=${rule}`)).map(({ trace_id }) => trace_id).toSorted();
  const countOf = async (api: BeTrace, rule: string): Promise<number> =>
    (await api.json<{ total: number }>('GET', `/v1/violations?rule_id=${rule}&limit=1&count=exact`)).body.total;
  const epochOf = ({ headers }: LogRecord): number => Number(headers?.[CONTROL_HEADER]?.split(CONTROL_EPOCH_PREFIX)[1] ?? 0);
  const records = () => Promise.all(PARTITIONS.map((partition) => readAll(log, TOPICS.spans, partition)));
  const traceIds = (record: LogRecord): string[] =>
    record.headers?.[CONTROL_HEADER] === undefined
      ? decodeRequest(record.value).resourceSpans.flatMap(({ scopeSpans }) =>
          scopeSpans.flatMap(({ spans }) => spans.map((one) => one.traceId)),
        )
      : [];

  it('judge by a rule created on one replica, from one point of each partition on', async () => {
    const ids: string[] = [];
    let sending = true;
    const stream = (async () => {
      while (sending) {
        ids.push(traceId());
        expect((await post('one-point', ids.at(-1)!)).status).toBe(202);
      }
    })();
    await eventually('spans before the rule', async () => (ids.length > 50 ? true : undefined), TIMEOUT_MS);
    const began = performance.now();
    const created = await cluster.all('api')[0]!.json('POST', '/v1/rules', ruleOf('one-point'));
    const isInTime = performance.now() - began < ANSWER_MS;
    expect({ status: created.status, publication: created.headers.get('betrace-rule-publication') }).toEqual({
      status: 201,
      publication: isInTime ? 'published' : expect.stringMatching(/^(published|pending)$/),
    });
    const isMarked = async () => (await records()).every((partition) => partition.some((record) => epochOf(record) > 0)) || undefined;
    await eventually('its markers', isMarked, isInTime ? 0 : TIMEOUT_MS);
    const sent = ids.length;
    await eventually('spans after it', async () => (ids.length > sent + 50 ? true : undefined), TIMEOUT_MS);
    sending = false;
    await stream;

    const judged = (await records()).flatMap((partition) => {
      const markers = partition.filter((record) => epochOf(record) > 0);
      // What came late is published by another attempt, too.
      if (isInTime) expect(markers).toHaveLength(1);
      return partition.filter(({ offset }) => offset > markers[0]!.offset).flatMap(traceIds);
    });
    expect(judged.length).toBeGreaterThanOrEqual(50);
    expect(judged.length).toBeLessThan(ids.length - 40);
    for (const api of cluster.all('api')) {
      await eventually(
        'all violations',
        async () => ((await violatedTraces(api, 'one-point')).length >= judged.length ? true : undefined),
        TIMEOUT_MS,
      );
      expect(await violatedTraces(api, 'one-point')).toEqual(judged.toSorted());
    }
  });

  it('account for every span, each process for its own hop', async () => {
    interface Told {
      readonly exact: boolean;
      readonly hops: {
        readonly receive?: { readonly logged: number; readonly unaccounted: number };
        readonly evaluate?: {
          readonly unaccounted: number;
          readonly partitions: readonly { partition: number; from_offset: number; end_offset: number; in_log: number }[];
        };
      };
    }
    const account = async (process: BeTrace) => (await process.json<Told>('GET', '/v1/accounting')).body;
    const all = await records();
    // A thread of a busy machine may not answer in time: then the account says that it is not exact.
    const exact = (process: BeTrace) =>
      eventually(
        'an exact account',
        async () => {
          const told = await account(process);
          return told.exact ? told : undefined;
        },
        TIMEOUT_MS,
      );
    const received = await exact(cluster.all('ingest')[0]!);
    expect(received).toMatchObject({ exact: true, hops: { receive: { logged: all.flat().flatMap(traceIds).length, unaccounted: 0 } } });
    const evaluated = await Promise.all(cluster.all('evaluator').map(exact));
    for (const told of evaluated) expect(told).toMatchObject({ exact: true, hops: { evaluate: { unaccounted: 0 } } });
    const partitions = evaluated.flatMap(({ hops }) => hops.evaluate!.partitions);
    expect(partitions.map(({ partition }) => partition).sort((a, b) => a - b)).toEqual(PARTITIONS);
    for (const { partition, from_offset, end_offset, in_log } of partitions) {
      const between = all[partition]!.filter(({ offset }) => offset >= from_offset && offset < end_offset);
      expect(in_log).toBe(between.flatMap(traceIds).length);
    }
  });

  it('report by any API the progress of all evaluators', async () => {
    const ends = (await records()).map((partition) => partition.length);
    interface Told {
      readonly appended_records: number;
      readonly behind_records: number;
      readonly partitions: readonly { readonly partition: number; readonly end_offset: number; readonly judged_to?: number }[];
    }
    for (const api of cluster.all('api')) {
      const told = async () => (await api.json<Told>('GET', '/v1/evaluation')).body;
      // All earlier spans are judged, by whichever evaluator has them; ticks come meanwhile.
      await eventually(
        'positions of all partitions',
        async () => ((await told()).partitions.every(({ partition, judged_to = 0 }) => judged_to >= ends[partition]!) ? true : undefined),
        TIMEOUT_MS,
      );
      const { partitions, appended_records } = await told();
      expect(partitions.map(({ partition }) => partition)).toEqual(PARTITIONS);
      expect(appended_records).toBe(partitions.reduce((sum, { end_offset }) => sum + end_offset, 0));
    }
  });

  it('publish the change of a replica that was killed before it could', async () => {
    const [first = '', second = ''] = cluster.names('api');
    cluster.broker.suspend();
    const created = await cluster.process(first).json('POST', '/v1/rules', ruleOf('left-behind'));
    expect({ status: created.status, publication: created.headers.get('betrace-rule-publication') }).toEqual({
      status: 201,
      publication: 'pending',
    });
    await cluster.kill(first);
    cluster.broker.resume();
    const markers = async () => (await records()).map((partition) => Math.max(...partition.map(epochOf)));
    await eventually('its markers', async () => ((await markers()).every((epoch) => epoch === 2) ? true : undefined), TIMEOUT_MS);
    const ids = Array.from({ length: 20 }, traceId);
    for (const id of ids) expect((await post('left-behind', id)).status).toBe(202);
    const found = async () => ((await violatedTraces(cluster.process(second), 'left-behind')).length === ids.length ? true : undefined);
    await eventually('its violations', found, TIMEOUT_MS);
    await cluster.restart(first);
    expect((await cluster.process(first).json('GET', '/v1/rules/left-behind')).status).toBe(200);
    expect(await markers()).toEqual(PARTITIONS.map(() => 2));
  }, 400_000);

  it('log the outage of the broker and its end in a few lines; an SDK loses no span, by its own retries', async () => {
    const processes = (['ingest', 'evaluator', 'api'] as const).map((app) => cluster.process(cluster.names(app).at(-1)!));
    const before = processes.map((one) => one.logs().length);
    await cluster.broker.kill();
    const ingest = cluster.all('ingest')[0]!;
    // Over HTTP: the gRPC exporter of the JavaScript SDK never retries.
    const sdk = recordBySdk(new OTLPTraceExporter({ url: `${ingest.url}/v1/traces`, timeoutMillis: TIMEOUT_MS }), 'left-behind');
    const { status, headers } = await post('left-behind', traceId());
    expect({ status, retryAfter: headers.get('retry-after') }).toEqual({ status: 503, retryAfter: '1' });
    await cluster.broker.run();
    await sdk.flushed;
    const api = cluster.all('api')[0]!;
    const missing = async () => {
      const found = new Set(await violatedTraces(api, 'left-behind'));
      return sdk.ids.filter((id) => !found.has(id)).length;
    };
    await eventually('all spans of the SDK', async () => ((await missing()) === 0 ? true : undefined), TIMEOUT_MS);
    const since = () => processes.map((one, i) => one.logs().slice(before[i]).split('\n'));
    const isBack = (line: string): boolean => / again, after \d+ s/.test(line);
    await eventually('word of its return', async () => (since().every((lines) => lines.some(isBack)) ? true : undefined), TIMEOUT_MS);
    for (const lines of since()) {
      expect(lines.filter((line) => /"stack"|^ +at /.test(line))).toEqual([]);
      expect(lines.filter((line) => line.includes('"level":"warn"') || line.includes('"level":"error"')).length).toBeLessThan(25);
    }
  }, 600_000);

  it('commit a foreign topic only when the spans log has the spans, whenever ingest is killed', async () => {
    const [name = ''] = cluster.names('ingest');
    const written = PARTITIONS.map(() => [] as string[]);
    const write = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const batch = PARTITIONS.map((partition) => {
          const id = traceId();
          written[partition]!.push(id);
          const value = i % 2 ? encodeRequest(request('foreign', id)) : Buffer.from(encodeRequestJson(request('foreign', id)));
          return { partition, key: 'any', value };
        });
        await log.append(FOREIGN_TOPIC, batch);
      }
    };
    const kept = async () => new Set((await records()).flat().flatMap(traceIds));
    const arrived = async () => {
      const there = await kept();
      return written.flat().filter((id) => there.has(id)).length;
    };
    const admin = new KafkaClient({ brokers: [cluster.broker.address], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    for (let kill = 0; kill < 2; kill++) {
      const least = written.flat().length + 40;
      const writing = write(150);
      await eventually('some of it', async () => ((await arrived()) > least ? true : undefined), TIMEOUT_MS, 5);
      await cluster.kill(name);
      await writing;
      const [group] = await admin.fetchOffsets({ groupId: 'betrace-ingest', topics: [FOREIGN_TOPIC] });
      const there = await kept();
      for (const { partition, offset } of group!.partitions) {
        const committed = written[partition]!.slice(0, Math.max(Number(offset), 0));
        expect(committed.filter((id) => !there.has(id))).toEqual([]);
      }
      await cluster.restart(name);
    }
    await admin.disconnect();
    const [offset = -1] = await log.append(FOREIGN_TOPIC, [{ partition: 2, value: Buffer.from('neither protobuf nor JSON') }]);
    await write(5);
    await eventually('all of it', async () => ((await arrived()) === written.flat().length ? true : undefined), TIMEOUT_MS);
    for (const [partition, ofPartition] of (await records()).entries()) {
      for (const id of ofPartition.flatMap(traceIds)) expect(partitionOf(Buffer.from(id, 'hex'), CLUSTER_PARTITIONS)).toBe(partition);
    }
    const letter = await eventually('the dead letter', async () => (await readAll(log, TOPICS.deadLetters, 0))[0], TIMEOUT_MS);
    expect(letter).toMatchObject({
      headers: { 'betrace-dead-topic': FOREIGN_TOPIC, 'betrace-dead-partition': '2', 'betrace-dead-offset': String(offset) },
    });
    expect(letter!.headers!['betrace-dead-reason']).toMatch(/^BT_OTLP_/);
    expect(Buffer.from(letter!.value).toString()).toBe('neither protobuf nor JSON');
    const letters = async () => (await metric(cluster.process(name), 'betrace_ingest_dead_letters_total'))[0];
    expect(await eventually('its count', letters, TIMEOUT_MS)).toBe(1);
  }, 600_000);

  it('answer on any replica when all acknowledged spans are judged and stored', async () => {
    const [one, other] = cluster.all('api') as [BeTrace, BeTrace];
    await createAndPublish(one, 'settled');
    for (let round = 1; round <= 5; round++) {
      const ids = Array.from({ length: 6 }, traceId);
      for (const id of ids) expect((await post('settled', id)).status).toBe(202);
      const api = round % 2 === 0 ? one : other;
      const answer = await api.json<{ total: number }>('GET', '/v1/violations?rule_id=settled&settled=true&timeout=60s');
      expect([answer.status, answer.body.total]).toEqual([200, 6 * round]);
    }
  }, 300_000);

  /** Traces that violate `handed` at their span and `unaudited` at their close, while `work` runs. The sender computes what is expected. */
  const handed: string[] = [];
  const whileHanded = async (work: (some: () => Promise<void>) => Promise<void>): Promise<void> => {
    let sending = true;
    const stream = (async () => {
      while (sending) {
        const id = traceId();
        expect((await post('handed', id)).status).toBe(202);
        handed.push(id);
      }
    })();
    const some = async () => {
      const before = handed.length;
      await eventually('some more', async () => (handed.length > before + 100 ? true : undefined), TIMEOUT_MS);
    };
    try {
      await some();
      await work(some);
      await some();
    } finally {
      sending = false;
      await stream;
    }
    for (const rule of ['handed', 'unaudited']) {
      const all = async () => ((await countOf(cluster.all('api')[0]!, rule)) >= handed.length ? true : undefined);
      await eventually(`the violations of ${rule}`, all, TIMEOUT_MS);
    }
  };
  /** What was published of these traces, and what is due. */
  const publishedOfHanded = async (): Promise<{ readonly published: string[]; readonly due: string[] }> => {
    const published = (await Promise.all(PARTITIONS.map((partition) => readAll(log, TOPICS.violations, partition))))
      .flat()
      .filter(({ headers }) => headers?.[CONTROL_HEADER] === undefined)
      .map(({ value }) => JSON.parse(Buffer.from(value).toString()) as ViolationRecord)
      .filter(({ rule_id }) => rule_id === 'handed' || rule_id === 'unaudited')
      .map(({ rule_id, wire_trace_id, revision }) => `${wire_trace_id} ${rule_id} ${revision}`);
    return { published: published.toSorted(), due: handed.flatMap((id) => [`${id} handed 1`, `${id} unaudited 1`]).toSorted() };
  };

  it('publish each violation once when evaluators come, stop in order, and restart one after the other', async () => {
    const api = cluster.all('api')[0]!;
    const unaudited = 'trace.has(span.name == "handed") and not trace.has(span.name == "audit")';
    await createAndPublish(api, 'handed');
    await createRule(api, { ...ruleOf('unaudited'), expression: unaudited });
    await whileHanded(async (some) => {
      const added = await cluster.add('evaluator');
      await some();
      await cluster.remove(added);
      for (const name of cluster.names('evaluator')) {
        await some();
        await cluster.process(name).stop();
        await cluster.restart(name);
      }
    });
    const { published, due } = await publishedOfHanded();
    expect(published.length).toBe(new Set(published).size);
    expect(published).toEqual(due);
  }, 600_000);

  it('keep their partitions over a restart when they have names; of two with one name the later one judges', async () => {
    const before = cluster.names('evaluator');
    const named = (id: string) => cluster.add('evaluator', { KAFKA_GROUP_INSTANCE_ID: id, KAFKA_SESSION_TIMEOUT: '60s' });
    const partitionsOf = async (name: string): Promise<string> => {
      const text = await (await fetch(`${cluster.process(name).url}/metrics`)).text();
      const found = [...text.matchAll(/^betrace_evaluator_lag_records\{[^}]*partition="(\d+)"/gm)];
      return found
        .map(([, partition]) => Number(partition))
        .sort((x, y) => x - y)
        .join();
    };
    const names: string[] = [];
    let twin = '';
    await whileHanded(async (some) => {
      names.push(await named('a'), await named('b'));
      for (const name of before) await cluster.remove(name);
      const shared = async () => {
        const counts = await Promise.all(names.map(async (name) => (await partitionsOf(name)).split(',').length));
        return counts.every((count) => count === PARTITIONS.length / 2) ? true : undefined;
      };
      await eventually('an even share', shared, TIMEOUT_MS);
      const had = await Promise.all(names.map(partitionsOf));
      for (const name of names) {
        await some();
        expect(await cluster.process(name).stop()).toBe(0);
        await cluster.restart(name);
        await eventually(
          'its partitions',
          async () => ((await partitionsOf(name)) === had[names.indexOf(name)] ? true : undefined),
          TIMEOUT_MS,
        );
      }
      expect(await Promise.all(names.map(partitionsOf))).toEqual(had);
    });
    const { published, due } = await publishedOfHanded();
    expect(published.length).toBe(new Set(published).size);
    expect(published).toEqual(due);

    await whileHanded(async () => {
      twin = await named('a');
      const first = cluster.process(names[0]!);
      const fenced = async () => {
        const { status, body } = await first.json<{ checks: Record<string, string> }>('GET', '/ready');
        return status === 503 && body.checks['rule_engine']?.includes('BT_LOG_KAFKA_FENCED') ? true : undefined;
      };
      await eventually('that the first is out, and says why', fenced, TIMEOUT_MS);
      const graded = async () => (await metric(first, 'betrace_readiness_grade{check="rule_engine"}'))[0] === 2 || undefined;
      await eventually('the grade', graded, TIMEOUT_MS);
      expect(first.logs()).toContain('BT_LOG_KAFKA_FENCED');
      expect(first.logs()).not.toContain('BT_LOG_NOT_ASSIGNED');
    });
    // Until the first process learns that it is fenced, both judge, with the same ids.
    const twice = await publishedOfHanded();
    expect([...new Set(twice.published)]).toEqual(twice.due);

    // Those that come need not wait for those that leave permanently.
    await Promise.all(before.map(() => cluster.add('evaluator')));
    await whileHanded(async () => {
      for (const name of [twin, names[1]!, names[0]!]) {
        cluster.process(name).process.kill('SIGUSR2');
        expect(await cluster.remove(name)).toBe(0);
      }
    });
    const after = await publishedOfHanded();
    expect([...new Set(after.published)]).toEqual(after.due);
    expect(after.published.length - after.due.length).toBe(twice.published.length - twice.due.length);
  }, 900_000);

  it('run an unsaved rule over the topic, with the same results as evaluators', async () => {
    const [one, other] = cluster.all('api') as [BeTrace, BeTrace];
    const live = await violatedTraces(one, 'settled');
    expect(live).toHaveLength(30);
    const rule = { expression: 'span.name == "settled"', samples: 50 };
    const { status, headers } = await other.json('POST', '/v1/rules/preview', rule);
    expect(status).toBe(202);
    const body = await eventually(
      'the end of the preview',
      async () => {
        const { body: preview } = await other.json<Preview>('GET', `${headers.get('location')}?wait=30s`);
        return UNFINISHED.includes(preview.state) ? undefined : preview;
      },
      TIMEOUT_MS,
    );
    expect(body).toMatchObject({
      state: 'done',
      result: { matched_traces: 30, violations: 30, limits: { began_before: 0, deleted_records: 0 } },
    });
    expect(body.result!.samples.map(({ trace_id }) => trace_id).toSorted()).toEqual(live);
    // Spans of earlier tests, moved from where another partitioner wrote them, exist once.
    const traces = new Set((await records()).flatMap((ofPartition) => ofPartition.flatMap(traceIds)));
    expect(body.result!.traces).toBe(traces.size);
  }, 400_000);

  it('list a trace that violates nothing on any replica, and try a rule on it', async () => {
    const id = traceId();
    expect((await post('left-alone', id)).status).toBe(202);
    for (const api of cluster.all('api')) {
      const listed = await eventually(
        'the trace among the recent ones',
        async () =>
          (await api.json<{ traces: { trace_id: string }[] }>('GET', '/v1/recent-traces?limit=100')).body.traces.find(
            ({ trace_id }) => trace_id === id,
          ),
        TIMEOUT_MS,
      );
      expect(listed).toMatchObject({ name: 'left-alone', spans: 1, errors: 0, complete: true });
      const tried = await api.json('POST', '/v1/rules/test', { expression: 'span.name == "left-alone"', trace_id: id });
      expect(tried).toMatchObject({ status: 200, body: { matches: true } });
    }
  }, 400_000);

  it('notify a receiver of each violation once, whichever API has the partition, also after a kill', async () => {
    await createAndPublish(cluster.all('api')[0]!, 'told');
    const sent: string[] = [];
    const violate = async (count: number) => {
      for (let n = 0; n < count; n++) {
        sent.push(traceId());
        expect((await post('told', sent.at(-1)!)).status).toBe(202);
      }
    };
    interface Message {
      readonly data: { readonly id: string; readonly trace_id: string };
    }
    const traces = () => hook.taken.map(({ body }) => (JSON.parse(body) as Message).data.trace_id).toSorted();
    const allTold = () =>
      eventually('all notifications', async () => (new Set(traces()).size >= sent.length ? true : undefined), 2 * TIMEOUT_MS);
    await violate(40);
    await allTold();
    const countShares = () => Promise.all(cluster.all('api').map((api) => metric(api, 'betrace_notifications_sent_total')));
    const sumOf = (shares: readonly (readonly number[])[]) => shares.flat().reduce((sum, share) => sum + share, 0);
    // The receiver has a message before its sender has the answer, and counts it.
    expect(await untilCount('the count of each message', 40, async () => sumOf(await countShares()))).toBe(40);
    const shares = await countShares();
    expect(shares.flat().every((share) => share > 0)).toBe(true);
    // One more comes and goes while violations do: the partitions move twice.
    const joining = cluster.add('api');
    await violate(40);
    const name = await joining;
    await violate(20);
    await cluster.remove(name);
    await violate(20);
    await allTold();
    expect(traces()).toEqual(sent.toSorted());
    // An idle API is killed: it has noted what it sent.
    const [first = ''] = cluster.names('api');
    await eventually(
      'all of it noted',
      async () => ((await metric(cluster.process(first), 'betrace_notification_lag_records')).every((lag) => lag === 0) ? true : undefined),
      TIMEOUT_MS,
    );
    await cluster.kill(first);
    await violate(40);
    await allTold();
    expect(traces()).toEqual(sent.toSorted());
    expect(new Set(hook.taken.map(({ headers }) => headers['webhook-id'])).size).toBe(sent.length);
    // One is killed while the receiver is down, so that waiting notifications move to the other.
    await cluster.restart(first);
    await hook.close();
    await violate(40);
    // Either one: the restarted one may have no partition yet.
    const waiting = await eventually(
      'an API that waits',
      async () => {
        for (const name of cluster.names('api')) {
          if ((await metric(cluster.process(name), 'betrace_notification_failures_total')).length > 0) return name;
        }
        return undefined;
      },
      TIMEOUT_MS,
    );
    await cluster.kill(waiting);
    await hook.open();
    await allTold();
    expect([...new Set(traces())]).toEqual(sent.toSorted());
    await cluster.restart(waiting);
    // One starts while receiver and collector are down: it gets its share, although all others wait for them.
    await hook.close();
    cluster.receiver.stop();
    const before = sent.length;
    await violate(60);
    const gauges = ['betrace_notification_lag_records', 'betrace_otlp_export_lag_records'];
    const waits = async () => {
      const all = await Promise.all(cluster.all('api').flatMap((api) => gauges.map((gauge) => metric(api, gauge))));
      return all.every((lags) => lags.length === CLUSTER_PARTITIONS / 2 && lags.some((lag) => lag > 0)) ? true : undefined;
    };
    await eventually('violations that wait, in each API', waits, TIMEOUT_MS);
    const third = await cluster.add('api');
    const shares3 = async () => {
      const all = await Promise.all(cluster.all('api').flatMap((api) => gauges.map((gauge) => metric(api, gauge))));
      return all.every((lags) => lags.length === CLUSTER_PARTITIONS / 3) ? true : undefined;
    };
    await eventually('a share of the new API', shares3, TIMEOUT_MS);
    await hook.open();
    await cluster.receiver.start();
    await allTold();
    const count = (id: string): number => traces().filter((one) => one === id).length;
    expect(sent.slice(before).map(count)).toEqual(sent.slice(before).map(() => 1));
    await cluster.remove(third);
  }, 900_000);
});

/** Spans of a service with OpenTelemetry's SDK, exported once: retries are left to the exporter. */
function recordBySdk(exporter: SpanExporter, name: string): { readonly ids: readonly string[]; readonly flushed: Promise<void> } {
  const processor = new BatchSpanProcessor(exporter, { exportTimeoutMillis: TIMEOUT_MS });
  const tracer = new BasicTracerProvider({ spanProcessors: [processor] }).getTracer('test');
  const spans = Array.from({ length: 10 }, () => tracer.startSpan(name, { root: true }));
  for (const one of spans) one.end();
  return { ids: spans.map((one) => one.spanContext().traceId), flushed: processor.forceFlush() };
}
