import type { LogRecord } from '../../log.js';
import { decompress } from './compression.js';
import { WireReader } from './wire-reader.js';

const COMPRESSION = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const MAGIC_AT = 16;
/** Base offset and length. */
const FRAME = 12;

/** An aborted transaction: its producer's records from `firstOffset` up to its marker do not count. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

export interface DecodedRecords {
  readonly records: LogRecord[];
  /** The offset after the last complete batch: where to continue, even when no record counts. */
  readonly next: number;
}

/** The reason in a record that represents a batch which cannot be unpacked. Its value is the original batch, its offset the batch's last. */
export const UNREADABLE_HEADER = 'betrace-unreadable';

/**
 * The records of a fetched record set (batches of format v2, the last perhaps truncated) from offset `from` on. Omitted are records before `from` (a batch
 * comes whole), control records, and records of aborted transactions. Values are views of `set`. A batch that cannot be unpacked (another producer's, damaged
 * or a bomb) becomes one record with UNREADABLE_HEADER. So it does not block later records, and readers handle it as an invalid one.
 */
export async function decodeRecordBatches(set: Buffer, from: number, aborted: readonly AbortedTransaction[] = []): Promise<DecodedRecords> {
  const records: LogRecord[] = [];
  const transactions = new Transactions(aborted);
  let next = from;
  for (let at = 0; at + MAGIC_AT < set.length; ) {
    const end = at + FRAME + set.readInt32BE(at + 8);
    // Otherwise a damaged length would make this loop stop, or go back.
    if (end <= at + MAGIC_AT) throw new RangeError(`a batch of ${end - at} bytes at offset ${set.readBigInt64BE(at)}`);
    if (end > set.length) break;
    const magic = set.readInt8(at + MAGIC_AT);
    if (magic !== 2)
      throw new RangeError(`message format ${magic} at offset ${set.readBigInt64BE(at)}; only 2 (Kafka 0.11 and newer) is read`);
    const batch = readHeader(new WireReader(set, at, end));
    const last = batch.baseOffset + batch.lastOffsetDelta;
    if (last >= from && transactions.counts(batch)) {
      const decoded = await decodeBatch(batch, from).catch((error: Error) => [unreadable(batch, set.subarray(at, end), error)]);
      for (const record of decoded) records.push(record);
    }
    next = Math.max(next, last + 1);
    at = end;
  }
  return { records, next };
}

interface Batch {
  readonly baseOffset: number;
  readonly lastOffsetDelta: number;
  readonly attributes: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: bigint;
  readonly count: number;
  readonly body: Buffer;
}

function readHeader(reader: WireReader): Batch {
  const baseOffset = reader.int64();
  // Length, leader epoch, magic, CRC: the broker checked it when the batch was written, TCP since.
  reader.view(13);
  const attributes = reader.int16();
  const lastOffsetDelta = reader.int32();
  const baseTimestamp = reader.int64();
  const maxTimestamp = reader.int64();
  const producerId = reader.id64();
  // Producer epoch and sequence.
  reader.view(6);
  const count = reader.int32();
  return { baseOffset, lastOffsetDelta, attributes, baseTimestamp, maxTimestamp, producerId, count, body: reader.view(reader.left) };
}

async function decodeBatch(batch: Batch, from: number): Promise<LogRecord[]> {
  const code = batch.attributes & COMPRESSION;
  const reader = new WireReader(code === 0 ? batch.body : await decompress(code, batch.body));
  const records: LogRecord[] = [];
  for (let i = 0; i < batch.count; i++) {
    const length = reader.varint();
    const end = reader.at + length;
    const record = readRecord(reader, batch);
    // Fields of a later version would come between.
    reader.at = end;
    if (record.offset >= from) records.push(record);
  }
  return records;
}

function unreadable({ baseOffset, lastOffsetDelta, maxTimestamp }: Batch, value: Buffer, error: Error): LogRecord {
  return { offset: baseOffset + lastOffsetDelta, timestamp: maxTimestamp, value, headers: { [UNREADABLE_HEADER]: error.message } };
}

function readRecord(reader: WireReader, batch: Batch): LogRecord {
  reader.int8();
  const timestampDelta = reader.varlong();
  const offset = batch.baseOffset + reader.varint();
  const timestamp = batch.attributes & LOG_APPEND_TIME ? batch.maxTimestamp : batch.baseTimestamp + timestampDelta;
  const keyLength = reader.varint();
  const key = keyLength < 0 ? undefined : reader.view(keyLength).toString('utf8');
  const valueLength = reader.varint();
  const value = valueLength < 0 ? EMPTY : reader.view(valueLength);
  const headerCount = reader.varint();
  const record = { offset, timestamp, value, ...(key === undefined ? {} : { key }) };
  return headerCount > 0 ? { ...record, headers: readHeaders(reader, headerCount) } : record;
}

function readHeaders(reader: WireReader, count: number): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let i = 0; i < count; i++) {
    const name = reader.view(reader.varint()).toString('utf8');
    const length = reader.varint();
    headers[name] = length < 0 ? '' : reader.view(length).toString('utf8');
  }
  return headers;
}

const EMPTY = Buffer.alloc(0);

/** Tracks the producers within an aborted transaction, batch by batch. */
class Transactions {
  readonly #pending: AbortedTransaction[];
  readonly #aborting = new Set<bigint>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#pending = aborted.length === 0 ? [] : aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Whether the batch's records are for readers. A control batch ends its producer's transaction. */
  counts({ baseOffset, lastOffsetDelta, attributes, producerId }: Batch): boolean {
    while (this.#pending.length > 0 && this.#pending[0]!.firstOffset <= baseOffset + lastOffsetDelta) {
      this.#aborting.add(this.#pending.shift()!.producerId);
    }
    if (attributes & CONTROL) {
      this.#aborting.delete(producerId);
      return false;
    }
    return !(attributes & TRANSACTIONAL && this.#aborting.has(producerId));
  }
}
