import { describe, expect, it } from '@jest/globals';
import type { Connection } from '../client/connection.js';
import { encodeRecordBatch } from '../wire/encode-record-batch.js';
import type { Fetched } from '../wire/fetch.js';
import type { WireRequest } from '../wire/request.js';
import { RangeReader } from './range-reader.js';

const TOPIC = 't';
const OFFSET_OUT_OF_RANGE = 1;
/** The place of the first offset in a fetch of this topic. */
const OFFSET_AT = 44;

/** A broker with one partition, which answers each fetch with one record. */
class Broker {
  start = 0;
  readonly reader = new RangeReader({
    leaders: async () => new Map([[0, 1]]),
    offsets: async (_topic: string, _partition: number, at: 'start' | 'end') => this[at],
    send: async (_node: number, request: () => WireRequest<Fetched[]>) => [
      await this.fetched(Number(request().body()[0]!.readBigInt64BE(OFFSET_AT))),
    ],
  } as unknown as Connection);

  constructor(public end: number) {}

  private async fetched(offset: number): Promise<Fetched> {
    const { start, end } = this;
    const outside = offset < start || offset > end;
    const sequence = { producerId: 1, producerEpoch: 0, first: offset };
    const batch = await encodeRecordBatch([{ partition: 0, value: Buffer.from(String(offset)) }], sequence, 'none', 1);
    batch.writeBigInt64BE(BigInt(offset), 0);
    const set = outside || offset === end ? Buffer.alloc(0) : batch;
    return { partition: 0, errorCode: outside ? OFFSET_OUT_OF_RANGE : 0, end, start, aborted: [], set };
  }
}

/** Reads all; `then` is called after the third record. */
async function readAll(broker: Broker, then: () => void): Promise<number[]> {
  const offsets: number[] = [];
  for await (const { records } of broker.reader.read(TOPIC, 0, 0)) {
    offsets.push(...records.map(({ offset }) => offset));
    if (offsets.length > 20) throw new Error(`too many records: ${offsets.join()}`);
    if (offsets.length === 3) then();
  }
  return offsets;
}

describe('reading a range', () => {
  it.each([
    ['shorter than what was read', 1],
    ['as long as what was read', 3],
    ['shorter than the range', 5],
    ['empty', 0],
  ])('ends with an error when the log is replaced meanwhile by one that is %s: its end may never come', async (_, end) => {
    const broker = new Broker(8);
    await expect(readAll(broker, () => void (broker.end = end))).rejects.toThrow(
      `BT_LOG_KAFKA_FAILED: Kafka could not read t: partition 0 ends at offset ${end} now, before 8`,
    );
  });

  it('continues after records that are deleted meanwhile', async () => {
    const broker = new Broker(8);
    expect(await readAll(broker, () => void (broker.start = 6))).toEqual([0, 1, 2, 6, 7]);
    const [all, shorter] = [new Broker(5), new Broker(8)];
    const deleted = readAll(all, () => void (all.start = all.end = 9));
    expect(await deleted).toEqual([0, 1, 2]);
    expect(await readAll(shorter, () => undefined)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('waits for records that a new leader does not return yet', async () => {
    const broker = new Broker(8);
    let fetches = 0;
    const fetched = broker['fetched'].bind(broker);
    broker['fetched'] = async (offset) => ({ ...(await fetched(offset)), ...(++fetches % 3 === 0 ? {} : { set: Buffer.alloc(0) }) });
    expect(await readAll(broker, () => undefined)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('does not flood a leader that answers at once that it lacks the records', async () => {
    const broker = new Broker(4);
    const behind = performance.now() + 500;
    let fetches = 0;
    const fetched = broker['fetched'].bind(broker);
    broker['fetched'] = async (offset) => {
      fetches++;
      return { ...(await fetched(offset)), ...(performance.now() < behind ? { errorCode: OFFSET_OUT_OF_RANGE } : {}) };
    };
    expect(await readAll(broker, () => undefined)).toEqual([0, 1, 2, 3]);
    expect(fetches).toBeLessThan(4 + 10);
  });
});
