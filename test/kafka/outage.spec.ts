import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Gauge, Registry } from 'prom-client';
import { LogUnavailable, readAll } from '../../libs/messaging/src/index.js';
import { KafkaLog } from '../../libs/messaging/src/kafka/kafka-log.js';
import { exposeLag, Lag } from '../../libs/platform/src/index.js';
import { KafkaBroker } from '../../scripts/kafka/broker.js';
import { eventually } from '../harness/eventually.js';
import { describeOwnKafka } from './describe-kafka.js';

const TIMEOUT_MS = 60_000;
const APPEND_MS = 2_000;
/** For what would wait for the broker otherwise, on a busy machine. */
const IN_TIME_MS = 30_000;
jest.setTimeout(400_000);

describeOwnKafka('an outage', () => {
  let broker: KafkaBroker;
  let logs: KafkaLog[] = [];

  beforeAll(async () => {
    broker = await KafkaBroker.start();
  }, 180_000);

  afterAll(async () => {
    await Promise.all(logs.map((log) => log.close()));
    await broker?.remove();
  }, TIMEOUT_MS);

  async function open(topic: string): Promise<KafkaLog> {
    const log = await KafkaLog.open({
      kind: 'kafka',
      brokers: [broker.address],
      topics: [{ name: topic, partitions: 3 }],
      appendTimeout: APPEND_MS,
      // Longer than a broker hangs here: a member that loses its partitions reads uncommitted records again.
      sessionTimeout: 120_000,
    });
    logs = [...logs, log];
    return log;
  }

  const texts = async (log: KafkaLog, topic: string): Promise<string[]> => {
    const partitions = await Promise.all([0, 1, 2].map((partition) => readAll(log, topic, partition)));
    return partitions.flat().map(({ value }) => Buffer.from(value).toString());
  };

  /** Appends records one at a time until told to stop; returns the acknowledged ones. */
  function appendUntil(
    log: KafkaLog,
    topic: string,
  ): { stop(): Promise<string[]>; readonly acknowledged: string[]; readonly refused: Error[] } {
    const acknowledged: string[] = [];
    const refused: Error[] = [];
    let running = true;
    const lane = async (partition: number): Promise<void> => {
      for (let i = 0; running; i++) {
        const text = `${partition}-${i}`;
        await log.append(topic, [{ partition, value: Buffer.from(text) }]).then(
          () => acknowledged.push(text),
          (error: Error) => refused.push(error),
        );
      }
    };
    const lanes = Promise.all([0, 1, 2].map(lane));
    return {
      acknowledged,
      refused,
      async stop() {
        running = false;
        await lanes;
        return acknowledged;
      },
    };
  }

  /** The lag of a reader that has read nothing, over all partitions, as scraped. */
  function lagOfNobody(log: KafkaLog, topic: string): () => Promise<{ readonly lag: number; readonly age: number }> {
    const registry = new Registry();
    const gauge = new Gauge({ name: 'lag', help: 'lag', labelNames: ['partition'], registers: [registry] });
    const lag = new Lag();
    for (const partition of [0, 1, 2]) lag.at(partition, 0);
    exposeLag({ registry, log, gauge: gauge as Gauge<string>, topic, lag });
    return async () => {
      const lines = (await registry.metrics()).split('\n');
      const figures = (name: string) => lines.filter((line) => line.startsWith(`${name}{`)).map((line) => Number(line.split(' ')[1]));
      return { lag: figures('lag').reduce((sum, one) => sum + one, 0), age: figures('betrace_log_end_age_seconds')[0] ?? Number.NaN };
    };
  }

  it.each([
    ['a restart', () => broker.stop(), () => broker.run()],
    ['kill -9', () => broker.kill(), () => broker.run()],
    ['a broker that hangs', async () => broker.suspend(), async () => broker.resume()],
  ])('loses nothing that was acknowledged: %s', async (name, down, up) => {
    const topic = `outage.${name.replaceAll(/\W/g, '')}`;
    const log = await open(topic);
    const read: string[] = [];
    const failures: Error[] = [];
    let recoveries = 0;
    await log.subscribe({
      topic,
      group: topic,
      listener: {
        assigned: async () => undefined,
        records: async ({ records }) => void read.push(...records.map(({ value }) => Buffer.from(value).toString())),
        revoked: async () => undefined,
        failed: (error) => void failures.push(error),
        recovered: () => void recoveries++,
      },
    });
    const scrape = lagOfNobody(log, topic);
    const appending = appendUntil(log, topic);
    await eventually('some acknowledged', async () => (appending.acknowledged.length > 100 ? true : undefined), TIMEOUT_MS);
    const isKnown = async () => {
      const found = await scrape();
      return found.lag > 100 ? found : undefined;
    };
    const known = await eventually('the lag', isKnown, TIMEOUT_MS);
    await down();
    await eventually('appends that are refused', async () => (appending.refused.length >= 3 ? true : undefined), TIMEOUT_MS);
    expect(appending.refused.every((error) => error instanceof LogUnavailable)).toBe(true);
    await expect(log.check()).rejects.toBeInstanceOf(LogUnavailable);
    // The known ends stay, with their age, and no scrape is delayed.
    const isFast = async () => {
      const started = performance.now();
      const found = await scrape();
      return performance.now() - started < 5_000 ? found : undefined;
    };
    const stale = await eventually('a fast scrape', isFast, IN_TIME_MS);
    expect(stale.lag).toBeGreaterThanOrEqual(known.lag);
    expect(stale.age).toBeGreaterThan(0);
    await eventually('the word that the log is unavailable', async () => (failures.length > 0 ? true : undefined), TIMEOUT_MS);
    await up();
    const before = appending.acknowledged.length;
    await eventually('acknowledged again', async () => (appending.acknowledged.length > before + 100 ? true : undefined), TIMEOUT_MS);
    const acknowledged = await appending.stop();
    await eventually('readiness', () => log.check().then(() => true), TIMEOUT_MS);

    const kept = await texts(log, topic);
    expect(acknowledged.filter((text) => !new Set(kept).has(text))).toEqual([]);
    // Written once each: a retry after a lost answer had the same sequence number.
    expect(new Set(kept).size).toBe(kept.length);
    // More may come: a refused append may still be in progress.
    const missing = (): string[] => kept.filter((text) => !new Set(read).has(text));
    await eventually('all read', async () => (missing().length === 0 ? true : undefined), TIMEOUT_MS);
    expect(new Set(read).size).toBe(read.length);
    await eventually('the word that it is back', async () => (recoveries > 0 ? true : undefined), TIMEOUT_MS);
    // Counted each time: a refused append may come later than the records were read above.
    const isRight = async () => ((await scrape()).lag === (await texts(log, topic)).length ? true : undefined);
    await eventually('the lag as it is', isRight, TIMEOUT_MS);
    for (const partition of [0, 1, 2]) {
      const numbers = read.filter((text) => text.startsWith(`${partition}-`)).map((text) => Number(text.slice(2)));
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
  });

  it('refuses in time, bounded in memory, while the broker is down', async () => {
    const topic = 'outage.bounded';
    const log = await open(topic);
    await eventually('a first append', () => log.append(topic, [{ partition: 0, value: Buffer.from('before') }]), TIMEOUT_MS);
    await broker.stop();
    const started = performance.now();
    const value = Buffer.alloc(1024 * 1024);
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, (_, i) => log.append(topic, [{ partition: i % 3, value }])));
    expect(performance.now() - started).toBeLessThan(IN_TIME_MS);
    const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as LogUnavailable).code : 'written'));
    expect(codes.filter((code) => code === 'BT_LOG_TIMEOUT').length).toBeLessThanOrEqual(64);
    expect(codes.filter((code) => code === 'BT_LOG_OVERLOADED').length).toBeGreaterThanOrEqual(136);
    await broker.run();
    await eventually('an append', () => log.append(topic, [{ partition: 0, value: Buffer.from('after') }]), TIMEOUT_MS);
    const kept = (await readAll(log, topic, 0)).map(({ value: { length } }) => length);
    // Refused appends may be in the log, even this one's first attempts; those that were never sent are not.
    expect(kept.filter((length) => length === 6).length).toBeGreaterThanOrEqual(1);
    expect(kept.length).toBeLessThan(70);
  });

  it('opens when the broker comes a little later', async () => {
    await broker.stop();
    const opening = open('outage.late');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await broker.run();
    const log = await opening;
    await eventually('an append', () => log.append('outage.late', [{ partition: 0, value: Buffer.from('a') }]), TIMEOUT_MS);
  });

  it('stops in time while the broker is down', async () => {
    const log = await open('outage.stop');
    const subscription = await log.subscribe({
      topic: 'outage.stop',
      group: 'outage.stop',
      listener: { assigned: async () => undefined, records: async () => undefined, revoked: async () => undefined },
    });
    await broker.stop();
    const append = log.append('outage.stop', [{ partition: 0, value: Buffer.from('a') }]).catch((error: Error) => error);
    const started = performance.now();
    await subscription.close();
    await log.close();
    expect(performance.now() - started).toBeLessThan(IN_TIME_MS);
    expect(await append).toBeInstanceOf(LogUnavailable);
    await broker.run();
  });
});
