import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { partitionOfKey } from '#messaging';
import { TOPICS } from '#records';
import { KafkaClient, logLevel } from '../../libs/messaging/src/kafka/client/kafkajs.js';
import { eventually } from '../harness/eventually.js';
import { CLUSTER_PARTITIONS, Cluster } from '../harness/kafka/cluster.js';
import { accountsOf, accountsWhen } from './accounts.js';
import { Collector, type ExporterConfig, RETRY } from './collector.js';
import { describePeers } from './describe-peers.js';
import { PEER_TIMEOUT_MS } from './kept.js';
import { createRules, KnownTraces, openViolations } from './known-traces.js';
import { saramaPartition } from './sarama-partition.js';

const TIMEOUT_MS = 60_000;

/** The exporter's settings under the collector's names, in addition to the topic and the key. */
const way = (topic: string, encoding: string, compression: string, more: Readonly<Record<string, unknown>> = {}) => ({
  traces: { topic, encoding },
  producer: { compression },
  ...more,
});
const keyed = { partition_traces_by_id: true };
/** The exporters in docs/kafka-topics.md. */
const document = readFileSync(join(import.meta.dirname, '../../docs/kafka-topics.md'), 'utf8');
const documented: Readonly<Record<string, ExporterConfig>> = parse(/^exporters:\n(?: +.*\n)+/m.exec(document)?.[0] ?? '').exporters;

/** The first topic exists before all processes; the collector's first write creates the second. */
const PREPARED = 'prepared_spans';
const MADE_LATER = 'otlp_spans';

const RECEIVED = Object.entries({
  'as documented': documented['kafka/received'],
  'otlp_proto, not compressed, without keys': way(MADE_LATER, 'otlp_proto', 'none'),
  'otlp_json, gzip, without keys': way(MADE_LATER, 'otlp_json', 'gzip'),
  'otlp_proto, zstd, by trace id': way(PREPARED, 'otlp_proto', 'zstd', keyed),
  'otlp_json, snappy, by trace id': way(PREPARED, 'otlp_json', 'snappy', keyed),
  'otlp_proto, lz4, by trace id': way(PREPARED, 'otlp_proto', 'lz4', keyed),
}).map(([name, config], seed) => ({ name, config, known: new KnownTraces(seed) }));

const STRAIGHT = {
  'as documented: by trace id, with the hasher of Java': documented['kafka/straight'],
  'by trace id, with its own hasher': way(TOPICS.spans, 'otlp_proto', 'lz4', keyed),
  'without keys': way(TOPICS.spans, 'otlp_proto', 'snappy'),
};

await describePeers("a collector's Kafka exporter", ['Go', 'Kafka'], () => {
  let cluster: Cluster;
  let collector: Collector;
  const sent: KnownTraces[] = RECEIVED.map(({ known }) => known);

  beforeAll(async () => {
    // No process is lost here: partitions that move while the machine stalls are judged, and counted, by two evaluators.
    const sessions = { KAFKA_SESSION_TIMEOUT: '60s' };
    const env = { KAFKA_RECEIVE_TOPICS: `${PREPARED},${MADE_LATER}`, BETRACE_TRACE_LATE_WINDOW: '5m', ...sessions };
    // The default of brokers, which the exporter expects.
    cluster = await Cluster.start(env, { 'auto.create.topics.enable': 'true' });
    const admin = new KafkaClient({ brokers: [cluster.broker.address], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: PREPARED, numPartitions: 6 }] });
    await admin.disconnect();
    await Promise.all((['api', 'ingest', 'ingest', 'evaluator', 'evaluator'] as const).map((app) => cluster.add(app)));
    await createRules(api());
    const own = { brokers: [cluster.broker.address], retry_on_failure: RETRY };
    const lanes = [...RECEIVED.map(({ name, config }) => [name, config] as const), ...Object.entries(STRAIGHT)];
    const ingest = cluster.all('ingest')[0]!.ports.grpc;
    collector = await Collector.start({
      ...Object.fromEntries(lanes.map(([name, config]) => [name, { kafka: { ...config, ...own } }])),
      'over OTLP': { otlp_grpc: { endpoint: `127.0.0.1:${ingest}`, tls: { insecure: true }, retry_on_failure: RETRY } },
    });
  }, PEER_TIMEOUT_MS);
  afterAll(async () => {
    await collector?.stop();
    await cluster?.stop();
  }, TIMEOUT_MS);

  const api = () => cluster.all('api')[0]!;
  const judges = () => [...cluster.all('ingest'), ...cluster.all('evaluator')];
  const logs = () => `${cluster.logs('warn')}\n${collector.logs().slice(-3_000)}`;

  it('fills topics that ingest receives, with every span judged and accounted for', async () => {
    await Promise.all(RECEIVED.map(({ name, known }) => known.sendTo(collector.lane(name))));
    const spans = RECEIVED.reduce((sum, { known }) => sum + known.sent, 0);
    const evaluated = RECEIVED.reduce((sum, { known }) => sum + known.distinct, 0);
    expect(await accountsWhen(judges(), { received: spans, judged: spans }, logs)).toEqual({
      received: spans,
      evaluated,
      duplicates: spans - evaluated,
      rejected: 0,
      misplaced: 0,
    });
  });

  it.each(RECEIVED)('has exactly the expected violations: $name', ({ known }) => known.expectFound(api()));

  it.each(Object.keys(STRAIGHT))(
    'writes straight into the spans log, and misplaced spans are noticed, counted and moved: %s',
    async (name) => {
      const known = new KnownTraces(sent.length);
      sent.push(known);
      const before = await accountsOf(judges());
      await known.sendTo(collector.lane(name));
      const judged = before.evaluated + before.duplicates + known.sent;
      const after = await accountsWhen(judges(), { received: before.received, judged }, logs);
      expect(after.received).toBe(before.received);
      expect(after.rejected).toBe(0);
      expect(after.evaluated - before.evaluated).toBe(known.distinct);
      const wrong = known.requests.flat().filter(({ trace_id }) => {
        return saramaPartition(trace_id, CLUSTER_PARTITIONS) !== partitionOfKey(trace_id, CLUSTER_PARTITIONS);
      });
      const misplaced = after.misplaced - before.misplaced;
      if (name.startsWith('as documented')) expect(misplaced).toBe(0);
      else if (name === 'by trace id, with its own hasher') expect(misplaced).toBe(wrong.length);
      else expect(misplaced).toBeGreaterThan(0);
      await known.expectFound(api());
    },
  );

  it('loses and doubles nothing when the broker is killed while it sends', async () => {
    const lanes = ['otlp_proto, zstd, by trace id', 'by trace id, with its own hasher', 'over OTLP'];
    const known = lanes.map((lane, i) => ({ lane: collector.lane(lane), traces: new KnownTraces(100 + i) }));
    sent.push(...known.map(({ traces }) => traces));
    await cluster.broker.kill();
    await Promise.all(known.map(({ lane, traces }) => traces.sendTo(lane)));
    const refusals = async () => (/code = Unavailable desc = BT_/.test(collector.logs()) ? true : undefined);
    await eventually('a refusal by ingest', refusals, TIMEOUT_MS);
    await cluster.broker.run();
    for (const { traces } of known) await traces.expectFound(api());
    expect(collector.logs()).not.toContain('dropped_items');
  });

  it('has found what was sent and nothing else', async () => {
    expect(await openViolations(api())).toHaveLength(sent.flatMap((traces) => traces.violations()).length);
    expect(cluster.ended()).toEqual([]);
  });
});
