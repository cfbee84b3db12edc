import type { OutgoingRecord } from '../../log.js';
import { COMPRESSION_CODES, type Compression, compress } from './compression.js';
import { crc32c } from './crc32c.js';
import { varintSize, WireWriter } from './wire-writer.js';

/** Bytes of a batch before its first record (base offset, length, epoch, magic, CRC and what the CRC covers up to the count). */
export const BATCH_OVERHEAD = 61;
/** The offset in the batch at which the bytes covered by its CRC begin. */
const CRC_FROM = 21;
const MAGIC = 2;

/** The producer of a batch, and the batch's place in that producer's sequence for the partition. So a repeated request makes no second record. */
export interface Sequence {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Number of the batch's first record, from 0, modulo 2^31. */
  readonly first: number;
}

/** A record with its variable lengths known: they are needed before it is written. */
interface MeasuredRecord {
  readonly record: OutgoingRecord;
  readonly key: number;
  readonly body: number;
}

/** Approximate bytes of a record in a batch (at most 10 too many: the lengths of its lengths). */
export function recordSize(record: OutgoingRecord): number {
  return measure(record, 0x7fffff).body + 5;
}

/** One record batch (format v2) as Kafka stores it, from records in their order. `now` is Unix ms; the broker sets its own time. */
export async function encodeRecordBatch(
  records: readonly OutgoingRecord[],
  sequence: Sequence,
  compression: Compression,
  now: number,
): Promise<Buffer> {
  const measured = records.map((record, i) => measure(record, i));
  const size = measured.reduce((sum, { body }) => sum + varintSize(body) + body, 0);
  const whole = new WireWriter(Buffer.allocUnsafe(BATCH_OVERHEAD + size));
  whole.at = BATCH_OVERHEAD;
  for (let i = 0; i < measured.length; i++) writeRecord(whole, measured[i]!, i);
  const batch =
    compression === 'none'
      ? whole.buffer
      : Buffer.concat([whole.buffer.subarray(0, BATCH_OVERHEAD), await compress(compression, whole.buffer.subarray(BATCH_OVERHEAD))]);
  writeHeader(new WireWriter(batch), records.length, sequence, COMPRESSION_CODES[compression], now);
  batch.writeUInt32BE(crc32c(batch, CRC_FROM), CRC_FROM - 4);
  return batch;
}

function writeHeader(writer: WireWriter, count: number, sequence: Sequence, attributes: number, now: number): void {
  writer.int64(0);
  writer.int32(writer.buffer.length - 12);
  writer.int32(-1);
  writer.int8(MAGIC);
  writer.uint32(0);
  writer.int16(attributes);
  writer.int32(count - 1);
  writer.int64(now);
  writer.int64(now);
  writer.int64(sequence.producerId);
  writer.int16(sequence.producerEpoch);
  writer.int32(sequence.first);
  writer.int32(count);
}

function measure(record: OutgoingRecord, offsetDelta: number): MeasuredRecord {
  const key = record.key === undefined ? -1 : Buffer.byteLength(record.key);
  const headers = Object.entries(record.headers ?? {});
  let body = 2 + varintSize(offsetDelta) + textSize(key) + textSize(record.value.length) + varintSize(headers.length);
  for (const [name, value] of headers) body += textSize(Buffer.byteLength(name)) + textSize(Buffer.byteLength(value));
  return { record, key, body };
}

/** Bytes of a text with its length before it; -1 is null. */
function textSize(length: number): number {
  return varintSize(length) + Math.max(length, 0);
}

function writeRecord(writer: WireWriter, { record, key, body }: MeasuredRecord, offsetDelta: number): void {
  writer.varint(body);
  writer.int8(0);
  writer.varint(0);
  writer.varint(offsetDelta);
  writer.varint(key);
  if (record.key !== undefined) writer.utf8(record.key);
  writer.varint(record.value.length);
  writer.raw(record.value);
  const headers = Object.entries(record.headers ?? {});
  writer.varint(headers.length);
  for (const [name, value] of headers) {
    writeText(writer, name);
    writeText(writer, value);
  }
}

function writeText(writer: WireWriter, text: string): void {
  writer.varint(Buffer.byteLength(text));
  writer.utf8(text);
}
