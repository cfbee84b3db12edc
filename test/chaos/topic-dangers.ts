import { type Admin, type Producer } from 'kafkajs';
import { encodeRequest, spansFromValue } from '#otlp';
import { TOPICS } from '#records';
import { KafkaClient, logLevel } from '../../libs/messaging/src/kafka/client/kafkajs.js';
import { eventually } from '../harness/eventually.js';
import { CLUSTER_PARTITIONS, type Cluster } from '../harness/kafka/cluster.js';
import { alterTopic } from '../harness/kafka/topic-settings.js';
import type { Danger } from './dangers.js';
import { postUntilTaken } from './poison.js';
import type { Random } from './random.js';
import { untilAllReport, untilNoneReports, untilReported } from './until-reported.js';

/** Statements of the database took up to 30 s on a machine with a load of 30. */
const TIMEOUT_MS = 240_000;
/** More than the tolerated difference of clocks, and less than the late window: no trace is split. */
const AHEAD_MS = { least: 4_000, max: 8_000 };
const ADDED_PARTITIONS = 4;

const all = (cluster: Cluster) => (['ingest', 'evaluator', 'api'] as const).flatMap((app) => cluster.all(app));

async function withKafka<T>(cluster: Cluster, work: (tools: { admin: Admin; producer: Producer }) => Promise<T>): Promise<T> {
  const kafka = new KafkaClient({ brokers: [...cluster.addresses], logLevel: logLevel.NOTHING });
  const [admin, producer] = [kafka.admin(), kafka.producer()];
  await Promise.all([admin.connect(), producer.connect()]);
  try {
    return await work({ admin, producer });
  } finally {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  }
}

/** Producers' clocks become log time, and one of them is ahead. */
export const createTimeIsSet: Danger = (cluster, random, pause) =>
  withKafka(cluster, async ({ admin, producer }) => {
    const restores: (() => Promise<void>)[] = [];
    try {
      for (const topic of [TOPICS.spans, TOPICS.violations]) {
        restores.push(await alterTopic(admin, topic, { 'message.timestamp.type': 'CreateTime' }));
      }
      await untilAllReport(all(cluster), 'log_settings', /message\.timestamp\.type is CreateTime/);
      if (random.chance(0.7)) {
        const timestamp = String(Date.now() + random.between(AHEAD_MS.least, AHEAD_MS.max));
        const partition = random.below(CLUSTER_PARTITIONS);
        await producer.send({ topic: TOPICS.spans, messages: [{ partition, key: 'ahead', value: '', timestamp }] });
        await untilReported(cluster.all('evaluator'), 'rule_engine', /ahead of this machine's clock/);
      }
      await pause(random.between(500, 3_000));
    } finally {
      for (const restore of restores) await restore();
    }
    await untilNoneReports(all(cluster), 'log_settings', /CreateTime/);
  });

/** All requests are too large for the spans log, or only large ones. None may be refused permanently. */
export const spansMustBeSmall: Danger = (cluster, random, pause) =>
  withKafka(cluster, async ({ admin }) => {
    const { url } = random.pick(cluster.all('ingest'));
    const body = JSON.stringify({ spans: [largeSpan(random)] });
    const post = async (): Promise<number> => {
      const answer = await fetch(`${url}/v1/spans`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(20_000),
      });
      await answer.arrayBuffer();
      return answer.status;
    };
    const bytes = random.pick([300, 20_000]);
    const restore = await alterTopic(admin, TOPICS.spans, { 'max.message.bytes': String(bytes) });
    try {
      await untilAllReport(all(cluster), 'log_settings', new RegExp(`betrace\\.spans.* max\\.message\\.bytes is ${bytes}`));
      const status = await post();
      if (status !== 503) throw new Error(`a request that the log cannot take now was answered with ${status}`);
      await pause(random.between(500, 3_000));
    } finally {
      await restore();
    }
    await postUntilTaken(`${url}/v1/spans`, body, pause);
    await untilNoneReports(all(cluster), 'log_settings', /max\.message\.bytes/);
  });

/** Violations wait: none may become a dead letter. */
export const violationsMustBeSmall: Danger = (cluster, random, pause) =>
  withKafka(cluster, async ({ admin }) => {
    const restore = await alterTopic(admin, TOPICS.violations, { 'max.message.bytes': '300' });
    try {
      await untilReported(cluster.all('evaluator'), 'rule_engine', /violations wait for the log: .*max\.message\.bytes/);
      await pause(random.between(500, 3_000));
    } finally {
      await restore();
    }
    await untilNoneReports(all(cluster), 'log_settings', /max\.message\.bytes/);
  });

/**
 * Other producers write to the new partitions of the spans log; these spans are judged. It is among the last dangers of a run: a process that starts with the
 * old number of partitions ends at once.
 */
export const partitionsAreAdded: Danger = (cluster, random) =>
  withKafka(cluster, async ({ admin, producer }) => {
    const count = CLUSTER_PARTITIONS + ADDED_PARTITIONS;
    await admin.createPartitions({ topicPartitions: [TOPICS.violations, TOPICS.spans].map((topic) => ({ topic, count })) });
    const mismatch = `it has ${count} partitions, must have ${CLUSTER_PARTITIONS}`;
    for (const topic of ['spans', 'violations']) {
      await untilAllReport(all(cluster), 'log_settings', new RegExp(`betrace\\.${topic} in Kafka .*${mismatch}`));
    }
    const spans = Array.from({ length: 5 * ADDED_PARTITIONS }, () => ({ ...largeSpan(random), duration: 2_000_000_000 }));
    const messages = spans.map((span, i) => ({
      partition: CLUSTER_PARTITIONS + (i % ADDED_PARTITIONS),
      value: Buffer.from(encodeRequest(spansFromValue({ spans: [span] }, { incomplete: true }))),
    }));
    await producer.send({ topic: TOPICS.spans, messages });
    const ids = spans.map(({ trace_id }) => `'${trace_id}'`).join();
    const found = async () => {
      const rows = await cluster.sql<{ trace_id: string }>(
        `SELECT trace_id FROM violations WHERE rule_id = 'slow' AND trace_id IN (${ids})`,
      );
      return rows.length === spans.length ? true : undefined;
    };
    await eventually('the violations in partitions that were added', found, TIMEOUT_MS, 200);
  });

function largeSpan(random: Random) {
  return {
    trace_id: `${random.hex(31)}5`,
    span_id: `${random.hex(15)}5`,
    name: 'large',
    service: 'shop',
    start_time: 1_699_000_000_000_000,
    duration: 1_000_000,
    attributes: { tenant: 'a', filling: 'x'.repeat(30_000) },
  };
}
