import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Log, LogRecord, SubscribeOptions, Subscription } from './log.js';
import { LogUnavailable } from './problems.js';
import { readAll } from './read-all.js';
import type { TopicSpecification } from './records/topic-specification.js';
import { describeSubscribe, Listening } from './subscribe.contract.js';

/** The adaptor's part of the suite. */
export interface LogUnderTest {
  /** Opens a log over these topics; each test uses unique names. */
  open(topics: readonly TopicSpecification[]): Promise<Log>;
  /** Acknowledged records exist when a log over the same topics is opened again. */
  readonly durable: boolean;
  /** The timeout of every operation, in ms. */
  readonly timeoutMs: number;
}

const text = (record: LogRecord): string => Buffer.from(record.value).toString();
const value = (content: string): Uint8Array => Buffer.from(content);

/** The suite that every adaptor of the log port passes. */
export function describeLog(name: string, under: LogUnderTest): void {
  describe(`${name} keeps the contract of a log`, () => {
    let topic: string;
    let topics: readonly TopicSpecification[];
    let log: Log;
    let subscriptions: Subscription[];

    beforeEach(async () => {
      topic = `contract.${Math.random().toString(36).slice(2)}`;
      subscriptions = [];
      topics = [
        { name: topic, partitions: 3 },
        { name: `${topic}.compacted`, partitions: 1, compacted: true },
      ];
      log = await under.open(topics);
    });

    afterEach(async () => {
      for (const subscription of subscriptions) await subscription.close();
      await log.close();
    });

    async function eventually(what: string, holds: () => boolean): Promise<void> {
      const end = performance.now() + under.timeoutMs;
      while (!holds()) {
        if (performance.now() > end) throw new Error(`not within ${under.timeoutMs} ms: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    }

    async function subscribe(listening: Listening, options: Partial<SubscribeOptions> = {}): Promise<Subscription> {
      const subscription = await log.subscribe({ topic, group: 'g', listener: listening.listener, ...options });
      subscriptions.push(subscription);
      return subscription;
    }

    const append = (partition: number, ...contents: string[]): Promise<readonly number[]> =>
      log.append(
        topic,
        contents.map((content) => ({ partition, value: value(content) })),
      );

    const readFrom = (partition: number, from = 0, to?: number): Promise<LogRecord[]> => readAll(log, topic, partition, from, to);

    describe('append', () => {
      it('answers the offsets, counted per partition, in the order of the records', async () => {
        const first = await log.append(topic, [
          { partition: 0, value: value('a') },
          { partition: 1, value: value('b') },
          { partition: 0, value: value('c') },
        ]);
        expect(first).toEqual([0, 0, 1]);
        expect(await append(1, 'd', 'e')).toEqual([1, 2]);
        expect((await readFrom(0)).map(text)).toEqual(['a', 'c']);
        expect((await readFrom(1)).map(text)).toEqual(['b', 'd', 'e']);
        expect(await readFrom(2)).toEqual([]);
      });

      it('keeps key, headers and every byte', async () => {
        const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => i % 256);
        const headers = { 'betrace-control': 'epoch:7', other: 'ä€😀' };
        await log.append(topic, [
          { partition: 2, key: 'k', value: bytes, headers },
          { partition: 2, value: new Uint8Array(0) },
        ]);
        const [whole, empty] = await readFrom(2);
        expect(whole).toMatchObject({ offset: 0, key: 'k', headers });
        expect(Buffer.from(whole!.value).equals(bytes)).toBe(true);
        expect(empty!.value.length).toBe(0);
        expect(empty!.headers).toBeUndefined();
      });

      it('accepts views of a larger buffer, and copies them before it returns', async () => {
        const shared = Buffer.from('0123456789');
        const appended = log.append(topic, [{ partition: 0, value: shared.subarray(2, 5) }]);
        await appended;
        shared.fill(0);
        expect((await readFrom(0)).map(text)).toEqual(['234']);
      });

      it('keeps the order of appends that are not awaited individually', async () => {
        const contents = Array.from({ length: 50 }, (_, i) => String(i));
        const offsets = await Promise.all(contents.map((content) => append(0, content)));
        expect(offsets.flat()).toEqual(contents.map((_, i) => i));
        expect((await readFrom(0)).map(text)).toEqual(contents);
      });

      it('gives timestamps that never decrease within a partition', async () => {
        for (let i = 0; i < 20; i++) await append(0, String(i));
        const timestamps = (await readFrom(0)).map((record) => record.timestamp);
        expect(timestamps).toEqual(timestamps.toSorted((a, b) => a - b));
        expect(Math.abs(timestamps[0]! - Date.now())).toBeLessThan(60_000);
      });

      it('accepts an empty append', async () => {
        expect(await log.append(topic, [])).toEqual([]);
      });

      it('refuses unknown topics and partitions, without writing any of the records', async () => {
        await expect(log.append('nowhere', [{ partition: 0, value: value('a') }])).rejects.toThrow('BT_LOG_UNKNOWN_TOPIC');
        const mixed = [0, 3].map((partition) => ({ partition, value: value('a') }));
        await expect(log.append(topic, mixed)).rejects.toThrow('BT_LOG_UNKNOWN_PARTITION');
        expect(await log.bounds(topic, 0)).toEqual({ start: 0, end: 0 });
      });

      it('keeps records without a key also in a compacted topic', async () => {
        const compacted = `${topic}.compacted`;
        await log.append(compacted, [
          { partition: 0, value: value('a') },
          { partition: 0, key: 'k', value: value('b') },
          { partition: 0, value: value('c') },
        ]);
        const records = await readAll(log, compacted, 0);
        expect(records.map((record) => [record.key, text(record)])).toEqual([
          [undefined, 'a'],
          ['k', 'b'],
          [undefined, 'c'],
        ]);
      });

      it('keeps records and positions after the log was closed', async () => {
        if (!under.durable) return;
        const appended = Promise.all(Array.from({ length: 20 }, (_, i) => append(i % 3, String(i))));
        const listening = new Listening();
        const subscription = await subscribe(listening);
        await appended;
        await eventually('a position', () => listening.texts(0).length === 7);
        await subscription.commit(0, { offset: 3, metadata: 'ä' });
        await log.close();
        log = await under.open(topics);
        expect((await readFrom(2)).map(text)).toEqual(['2', '5', '8', '11', '14', '17']);
        const next = new Listening();
        await subscribe(next);
        await eventually('the rest', () => next.texts(0).length > 0);
        expect(next.committed.get(0)).toEqual({ offset: 3, metadata: 'ä' });
        expect(next.batches.find((batch) => batch.partition === 0)?.records[0]?.offset).toBe(3);
      });

      it('is unavailable once the log is closed', async () => {
        await log.close();
        await expect(append(0, 'a')).rejects.toBeInstanceOf(LogUnavailable);
        await expect(log.check()).rejects.toBeInstanceOf(LogUnavailable);
      });
    });

    describe('read', () => {
      it('starts at an offset and ends before another', async () => {
        await append(0, 'a', 'b', 'c', 'd');
        expect((await readFrom(0, 1)).map(text)).toEqual(['b', 'c', 'd']);
        expect((await readFrom(0, 1, 3)).map(text)).toEqual(['b', 'c']);
        expect((await readFrom(0, 4)).map(text)).toEqual([]);
        expect((await readFrom(0, 3, 99)).map(text)).toEqual(['d']);
      });

      it('finds offsets by time', async () => {
        await append(0, 'a');
        await new Promise((resolve) => setTimeout(resolve, 15));
        await append(0, 'b', 'c');
        const [a, b] = await readFrom(0);
        expect(await log.offsetAt(topic, 0, 0)).toBe(0);
        expect(await log.offsetAt(topic, 0, a!.timestamp + 1)).toBe(1);
        expect(await log.offsetAt(topic, 0, b!.timestamp)).toBe(1);
        expect(await log.offsetAt(topic, 0, b!.timestamp + 60_000)).toBe(3);
        expect(await log.offsetAt(topic, 1, 0)).toBe(0);
      });

      it('knows the ends of all partitions at once', async () => {
        const before = await log.ends(topic);
        await log.append(topic, [
          { partition: 1, value: Buffer.from('a') },
          { partition: 1, value: Buffer.from('b') },
        ]);
        const after = await log.ends(topic);
        expect([...after.keys()].sort()).toEqual(Array.from({ length: log.partitions(topic) }, (_, partition) => partition));
        expect([after.get(0), after.get(1)]).toEqual([before.get(0), (before.get(1) ?? 0) + 2]);
      });

      it('knows the bounds', async () => {
        await append(1, 'a', 'b');
        expect(await log.bounds(topic, 0)).toEqual({ start: 0, end: 0 });
        expect(await log.bounds(topic, 1)).toEqual({ start: 0, end: 2 });
        expect(log.partitions(topic)).toBe(3);
      });
    });

    describeSubscribe({
      append,
      subscribe,
      eventually,
      committed: (group, partition) => log.committed(topic, group, partition),
    });

    it('is checked', async () => {
      await expect(log.check()).resolves.toBeUndefined();
    });
  });
}
