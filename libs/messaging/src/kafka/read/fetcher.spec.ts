import { afterEach, describe, expect, it } from '@jest/globals';
import type { PartitionListener } from '../../log.js';
import type { Connection } from '../client/connection.js';
import { encodeRecordBatch } from '../wire/encode-record-batch.js';
import type { Fetched } from '../wire/fetch.js';
import { Fetcher } from './fetcher.js';
import { PartitionFeed } from './partition-feed.js';

const LONG = 60_000;

/** A broker with one partition; each fetch returns the next records, at most `atOnce`. */
class Broker {
  readonly sets: Buffer[] = [];
  readonly delivered: number[] = [];
  fetches = 0;
  #next = 0;
  readonly #fetcher: Fetcher;
  readonly #feed: PartitionFeed;

  constructor(gather: number, atOnce = 1_000) {
    const answer = (): Fetched => {
      this.fetches++;
      const set = Buffer.concat(this.sets.slice(this.#next, this.#next + atOnce));
      this.#next = Math.min(this.#next + atOnce, this.sets.length);
      return { partition: 0, errorCode: 0, end: this.sets.length, start: 0, aborted: [], set };
    };
    const connection = {
      leaders: async () => new Map([[0, 1]]),
      topicId: async () => undefined,
      leadersMoved: () => undefined,
      send: async () => {
        // Waits for new data, as a broker does.
        for (let waited = 0; waited < 250 && this.#next === this.sets.length; waited += 2) await new Promise((done) => setTimeout(done, 2));
        return [answer()];
      },
    } as unknown as Connection;
    const outage = { failed: (_: string, error: Error) => fail(error), works: () => undefined, forget: () => undefined };
    this.#fetcher = new Fetcher({ connection, topic: 't', gather, outage });
    const listener: PartitionListener = {
      assigned: async () => 0,
      records: async ({ records }) => void this.delivered.push(...records.map(({ offset }) => offset)),
      revoked: async () => undefined,
    };
    this.#feed = new PartitionFeed(
      0,
      { topic: 't', group: 'g', listener },
      {
        topicId: async () => undefined,
        committed: async () => undefined,
        bounds: async () => ({ start: 0, end: 0 }),
        wantsChanged: () => this.#fetcher.changed(),
        unavailable: (_, error) => fail(error),
        works: () => undefined,
      },
    );
    this.#fetcher.add(this.#feed);
    brokers.push(this);
  }

  async append(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const sequence = { producerId: 1, producerEpoch: 0, first: this.sets.length };
      const batch = await encodeRecordBatch([{ partition: 0, value: Buffer.from('v') }], sequence, 'none', 1);
      batch.writeBigInt64BE(BigInt(this.sets.length), 0);
      this.sets.push(batch);
    }
  }

  async has(count: number): Promise<void> {
    for (const end = performance.now() + 60_000; this.delivered.length < count; await new Promise((done) => setTimeout(done, 2)))
      if (performance.now() > end) throw new Error(`${this.delivered.length} of ${count} came`);
  }

  hurry(): void {
    this.#fetcher.changed();
  }

  async close(): Promise<void> {
    await this.#feed.stop();
    this.#fetcher.close();
  }
}

const brokers: Broker[] = [];
const fail = (error: Error): never => {
  throw error;
};

describe('gathering', () => {
  afterEach(async () => {
    for (const broker of brokers.splice(0)) await broker.close();
  });

  it('keeps records that arrive after a delivery until the time is over, then delivers all', async () => {
    // Longer than the appends take on a busy machine: each such time may have a fetch.
    const broker = new Broker(2_000);
    await broker.append(1);
    await broker.has(1);
    const fetches = broker.fetches;
    for (let i = 0; i < 20; i++) {
      await broker.append(1);
      await new Promise((done) => setTimeout(done, 2));
    }
    await broker.has(21);
    expect(broker.fetches - fetches).toBeLessThanOrEqual(3);
    expect(broker.delivered).toEqual(broker.sets.map((_, offset) => offset));
  });

  it('ends when a caller waits', async () => {
    const broker = new Broker(LONG);
    await broker.append(1);
    await broker.has(1);
    await broker.append(5);
    await new Promise((done) => setTimeout(done, 50));
    expect(broker.delivered).toEqual([0]);
    broker.hurry();
    await broker.has(6);
  });

  it('does not wait while the broker has more than one answer holds', async () => {
    const broker = new Broker(LONG, 10);
    await broker.append(95);
    await broker.has(95);
    expect(broker.delivered).toEqual(broker.sets.map((_, offset) => offset));
  });
});
