// Runs only when named (`npm run bench:kafka`): it needs KAFKA_BROKERS, or Java and Maven. Its name sorts first, because garbage collection would visit the
// heap of earlier cases for every 64 MB that are read.
import { randomBytes } from 'node:crypto';
import type { Admin } from 'kafkajs';
import { type Log, openLog } from '#messaging';
import { KafkaClient, logLevel } from '../../libs/messaging/src/kafka/client/kafkajs.js';
import { KafkaBroker } from '../../scripts/kafka/broker.js';
import { whyNoBroker } from '../../scripts/kafka/jars.js';
import type { BenchCase, BenchResult } from '../case.js';

const SPANS_PER_RECORD = 64;
/** 64 spans of 429 bytes. */
const RECORD_BYTES = 64 * 429;
const PARTITIONS = 12;
const RECORDS = 30_000;
const AT_ONCE = 32;
/** Rounds of reading everything: the first is too short to be more than a warm-up. */
const ROUNDS = 3;

interface Kafkas {
  readonly brokers: readonly string[];
  stop(): Promise<void>;
}

async function kafka(): Promise<Kafkas> {
  const configured = process.env['KAFKA_BROKERS'];
  if (configured) return { brokers: configured.split(','), stop: async () => undefined };
  const missing = whyNoBroker();
  if (missing !== undefined) throw new Error(missing);
  const broker = await KafkaBroker.start({ settings: { 'log.retention.bytes': '-1' } });
  return { brokers: [broker.address], stop: () => broker.remove() };
}

/** Bytes that differ between records, as spans do. */
const values = Array.from({ length: 64 }, () => randomBytes(RECORD_BYTES));
const contentOf = (n: number): Buffer => values[n % values.length]!;

async function inTopic<T>(work: (log: Log, topic: string, brokers: readonly string[]) => Promise<T>): Promise<T> {
  const { brokers, stop } = await kafka();
  const topic = `bench-${process.pid}-${Date.now()}`;
  const log = await openLog({ kind: 'kafka', brokers, topics: [{ name: topic, partitions: PARTITIONS }], appendTimeout: 60_000 });
  try {
    return await work(log, topic, brokers);
  } finally {
    await log.close();
    const admin: Admin = new KafkaClient({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topic] }).catch(() => undefined);
    await admin.disconnect();
    await stop();
  }
}

/** Appends one record per partition at a time, like a split request, with `AT_ONCE` concurrent appends. */
async function appendAll(append: (records: { partition: number; value: Buffer }[]) => Promise<unknown>): Promise<void> {
  let next = 0;
  const sender = async (): Promise<void> => {
    while (next < RECORDS) await append(Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, value: contentOf(next++) })));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
}

/** Reads everything as a consumer group. */
async function consumeAll(log: Log, topic: string, group: string): Promise<void> {
  let left = RECORDS;
  const done = Promise.withResolvers<void>();
  const subscription = await log.subscribe({
    topic,
    group,
    listener: {
      assigned: async () => 0,
      records: async (batch) => {
        left -= batch.records.length;
        if (left <= 0) done.resolve();
      },
      revoked: async () => undefined,
    },
  });
  await done.promise;
  await subscription.close();
}

/** The same with kafkajs, whose messages come in batches too. */
async function consumeAllByKafkajs(brokers: readonly string[], topic: string, groupId: string): Promise<void> {
  const consumer = new KafkaClient({ brokers: [...brokers], logLevel: logLevel.NOTHING }).consumer({ groupId });
  let left = RECORDS;
  const done = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      left -= batch.messages.length;
      if (left <= 0) done.resolve();
    },
  });
  await done.promise;
  await consumer.disconnect();
}

/** Spans per second of this process's CPU time (the broker is another process); spans per second in the note. */
async function rateOf(work: () => Promise<void>): Promise<BenchResult> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const spans = RECORDS * SPANS_PER_RECORD;
  return { value: spans / (user + system), note: `${(spans / seconds / 1e6).toFixed(2)} M spans/s` };
}

/** The best of some rounds: on a busy machine every disturbance only makes a round slower. */
async function bestOf(rounds: number, work: (round: number) => Promise<BenchResult>): Promise<BenchResult> {
  let best = await work(0);
  for (let round = 1; round < rounds; round++) {
    const next = await work(round);
    if (next.value > best.value) best = next;
  }
  return best;
}

async function latency(log: Log, topic: string): Promise<BenchResult> {
  const times: number[] = [];
  for (let i = 0; i < 500; i++) {
    const started = performance.now();
    await log.append(topic, [{ partition: i % PARTITIONS, value: contentOf(i) }]);
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  return { value: times[250]!, note: `p99 ${times[495]!.toFixed(1)} ms` };
}

const all: readonly BenchCase[] = [
  {
    name: 'append',
    unit: 'M spans/CPU s',
    run: () => inTopic((log, topic) => rateOf(() => appendAll((records) => log.append(topic, records)))),
  },
  {
    name: "append by kafkajs's own producer, for comparison",
    unit: 'M spans/CPU s',
    run: () =>
      inTopic(async (_, topic, brokers) => {
        const producer = new KafkaClient({ brokers: [...brokers], logLevel: logLevel.NOTHING }).producer({
          idempotent: true,
          createPartitioner:
            () =>
            ({ message }) =>
              message.partition ?? 0,
        });
        await producer.connect();
        try {
          return await rateOf(() => appendAll((messages) => producer.send({ topic, messages })));
        } finally {
          await producer.disconnect();
        }
      }),
  },
  {
    name: 'consume',
    unit: 'M spans/CPU s',
    run: () =>
      inTopic(async (log, topic) => {
        await appendAll((records) => log.append(topic, records));
        return bestOf(ROUNDS, (round) => rateOf(() => consumeAll(log, topic, `${topic}-${round}`)));
      }),
  },
  {
    name: "consume by kafkajs's own consumer, for comparison",
    unit: 'M spans/CPU s',
    run: () =>
      inTopic(async (log, topic, brokers) => {
        await appendAll((records) => log.append(topic, records));
        return bestOf(ROUNDS, (round) => rateOf(() => consumeAllByKafkajs(brokers, topic, `${topic}-${round}`)));
      }),
  },
  { name: 'append of one record, p50', unit: 'ms', run: () => inTopic((log, topic) => latency(log, topic)) },
];

export const cases: readonly BenchCase[] = process.argv.includes('kafka') ? all : [];
