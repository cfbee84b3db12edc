import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LogRecord, OutgoingRecord } from '../../log.js';
import type { Compression } from './compression.js';
import { decodeRecordBatches, UNREADABLE_HEADER } from './decode-record-batches.js';
import { encodeRecordBatch, recordSize } from './encode-record-batch.js';

const load = createRequire(import.meta.url);
const Decoder = load('kafkajs/src/protocol/decoder.js') as new (buffer: Buffer) => unknown;
const decodeByKafkajs = load('kafkajs/src/protocol/recordBatch/v0/decoder.js') as (decoder: unknown) => Promise<{
  producerId: string;
  firstSequence: number;
  records: { offset: string; timestamp: string; key: Buffer | null; value: Buffer; headers: Record<string, Buffer> }[];
}>;

const SEQUENCE = { producerId: 2 ** 40 + 7, producerEpoch: 3, first: 99 };
const NOW = 1_790_000_000_123;

const record: fc.Arbitrary<OutgoingRecord> = fc
  .record(
    {
      key: fc.string({ unit: 'grapheme', maxLength: 200 }),
      value: fc.uint8Array({ maxLength: 300 }),
      headers: fc.dictionary(fc.stringMatching(/^[a-z-]{1,20}$/), fc.string({ unit: 'grapheme' }), { maxKeys: 4, noNullPrototype: true }),
    },
    { requiredKeys: ['value'] },
  )
  .map((fields) => ({ partition: 0, ...fields }));
const records = fc.array(record, { minLength: 1, maxLength: 200 });
const compression = fc.constantFrom<Compression>('none', 'gzip', 'zstd');

/** A batch as the broker stores it, with the offset of its first record. */
async function stored(batchRecords: readonly OutgoingRecord[], offset: number, how: Compression = 'none'): Promise<Buffer> {
  const batch = await encodeRecordBatch(batchRecords, SEQUENCE, how, NOW);
  batch.writeBigInt64BE(BigInt(offset), 0);
  return batch;
}

function expected({ key, value, headers }: OutgoingRecord, offset: number): LogRecord {
  const given = headers && Object.keys(headers).length > 0;
  return { offset, timestamp: NOW, value: Buffer.from(value), ...(key === undefined ? {} : { key }), ...(given ? { headers } : {}) };
}

describe('a record batch', () => {
  it('reads back as written, with any compression', async () => {
    await fc.assert(
      fc.asyncProperty(records, compression, fc.nat(2 ** 31), async (batchRecords, how, offset) => {
        const { records: read, next } = await decodeRecordBatches(await stored(batchRecords, offset, how), offset);
        expect(read).toEqual(batchRecords.map((one, i) => expected(one, offset + i)));
        expect(next).toBe(offset + batchRecords.length);
      }),
      { numRuns: 50 },
    );
  });

  it('is what kafkajs reads too', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (batchRecords) => {
        // kafkajs mistakes properties of every object (`constructor`) for an earlier header of that name.
        fc.pre(!batchRecords.some(({ headers }) => Object.keys(headers ?? {}).some((name) => name in {})));
        const batch = await decodeByKafkajs(new Decoder(await encodeRecordBatch(batchRecords, SEQUENCE, 'none', NOW)));
        expect({ producerId: batch.producerId, firstSequence: batch.firstSequence }).toEqual({
          producerId: String(SEQUENCE.producerId),
          firstSequence: SEQUENCE.first,
        });
        expect(
          batch.records.map(({ offset, timestamp, key, value, headers }) => ({
            offset: Number(offset),
            timestamp: Number(timestamp),
            key: key?.toString(),
            value: Buffer.from(value),
            headers: Object.entries(headers).map(([name, content]) => [name, content.toString()]),
          })),
        ).toEqual(
          batchRecords.map(({ key, value, headers }, i) => ({
            offset: i,
            timestamp: NOW,
            key,
            value: Buffer.from(value),
            headers: Object.entries(headers ?? {}),
          })),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('never exceeds the estimated size of its records', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (batchRecords) => {
        const batch = await encodeRecordBatch(batchRecords, SEQUENCE, 'none', NOW);
        const said = batchRecords.reduce((sum, one) => sum + recordSize(one), 0);
        expect(batch.length - 61).toBeLessThanOrEqual(said);
        expect(said - (batch.length - 61)).toBeLessThanOrEqual(8 * batchRecords.length);
      }),
    );
  });

  it('returns only records from the wanted offset on, and tolerates a truncated end', async () => {
    const values = ['a', 'b', 'c'].map((text) => ({ partition: 0, value: Buffer.from(text) }));
    const set = Buffer.concat([await stored(values, 10), await stored(values, 13)]);
    const whole = await decodeRecordBatches(set, 11);
    expect(whole.records.map(({ offset }) => offset)).toEqual([11, 12, 13, 14, 15]);
    const cut = await decodeRecordBatches(set.subarray(0, set.length - 1), 11);
    expect(cut.records.map(({ offset }) => offset)).toEqual([11, 12]);
    expect(cut.next).toBe(13);
  });

  it('skips batches that compaction emptied', async () => {
    const batch = await stored([{ partition: 0, value: Buffer.from('gone') }], 20);
    const empty = Buffer.from(batch.subarray(0, 61));
    empty.writeInt32BE(61 - 12, 8);
    empty.writeInt32BE(0, 57);
    expect(await decodeRecordBatches(empty, 20)).toEqual({ records: [], next: 21 });
  });

  it('returns one record for a batch that cannot be decompressed, and continues', async () => {
    const values = ['a', 'b'].map((text) => ({ partition: 0, value: Buffer.from(text) }));
    const damaged = await stored(values, 0, 'gzip');
    damaged.fill(0xff, 70);
    const unknown = await stored(values, 2);
    unknown.writeInt16BE(7, 21);
    const short = await stored(values, 4);
    short.writeInt32BE(9, 57);
    const { records: read, next } = await decodeRecordBatches(Buffer.concat([damaged, unknown, short, await stored(values, 6)]), 0);
    expect(read.map(({ offset, headers }) => [offset, headers !== undefined])).toEqual([
      [1, true],
      [3, true],
      [5, true],
      [6, false],
      [7, false],
    ]);
    expect(read[1]!.headers).toEqual({ [UNREADABLE_HEADER]: 'compression 7 is not known' });
    expect(Buffer.from(read[0]!.value).equals(damaged)).toBe(true);
    expect(next).toBe(8);
  });

  it('refuses a batch with an impossible length, instead of reading it forever', async () => {
    const batch = await stored([{ partition: 0, value: Buffer.from('a') }], 0);
    for (const length of [-12, -13, 0, 4]) {
      batch.writeInt32BE(length, 8);
      await expect(decodeRecordBatches(batch, 0)).rejects.toThrow(/a batch of -?\d+ bytes at offset 0/);
    }
  });

  it('leaves out aborted transactions and control records', async () => {
    const of = async (text: string, offset: number, producerId: number, attributes: number): Promise<Buffer> => {
      const batch = await encodeRecordBatch([{ partition: 0, value: Buffer.from(text) }], { ...SEQUENCE, producerId }, 'none', NOW);
      batch.writeBigInt64BE(BigInt(offset), 0);
      batch.writeInt16BE(attributes, 21);
      return batch;
    };
    const [transactional, control] = [0x10, 0x30];
    const set = Buffer.concat([
      await of('plain', 0, -1, 0),
      await of('aborted', 1, 5, transactional),
      await of('kept', 2, 6, transactional),
      await of('abort', 3, 5, control),
      await of('next transaction of 5', 4, 5, transactional),
      await of('commit', 5, 5, control),
    ]);
    const { records: read, next } = await decodeRecordBatches(set, 0, [{ producerId: 5n, firstOffset: 1 }]);
    expect(read.map(({ value }) => Buffer.from(value).toString())).toEqual(['plain', 'kept', 'next transaction of 5']);
    expect(next).toBe(6);
  });
});
