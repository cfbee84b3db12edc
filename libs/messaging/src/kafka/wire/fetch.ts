import type { AbortedTransaction } from './decode-record-batches.js';
import type { WireRequest } from './request.js';
import { WireReader } from './wire-reader.js';
import { stringSize, WireWriter } from './wire-writer.js';

export const FETCH = 1;
/** Kafka 2.3 to 4.x: the topic by name. */
const BY_NAME = 11;
/** Kafka 3.1 and later: the topic by id, so that a new topic of the same name is never read. */
export const FETCH_BY_ID = 13;
const READ_COMMITTED = 1;

/** A partition and the offset to read from. */
export interface Wanted {
  readonly partition: number;
  readonly offset: number;
}

export interface FetchOptions {
  readonly topic: string;
  /** Fetches the topic of this id; only for brokers that support FETCH_BY_ID. */
  readonly topicId?: string | undefined;
  readonly wanted: readonly Wanted[];
  /** How long the broker may wait for the first byte, ms. */
  readonly maxWait: number;
  /** Bytes of one partition and of all; the first batch comes whole even when it is larger. */
  readonly partitionBytes: number;
  readonly totalBytes: number;
}

/** The answer for one partition. */
export interface Fetched {
  readonly partition: number;
  /** 0 is success. */
  readonly errorCode: number;
  /** The offset after the last record that readers may see. */
  readonly end: number;
  readonly start: number;
  readonly aborted: readonly AbortedTransaction[];
  readonly set: Buffer;
}

/** A fetch of committed records. Partitions are served in the order given: rotate it, so that none starves. */
export function fetchRequest(options: FetchOptions): WireRequest<Fetched[]> {
  const { topicId } = options;
  if (topicId === undefined) return { apiKey: FETCH, apiVersion: BY_NAME, name: 'Fetch', body: () => [encode(options)], read: readFetched };
  const body = (): Buffer[] => [encodeById(options, topicId)];
  return { apiKey: FETCH, apiVersion: FETCH_BY_ID, name: 'Fetch', flexible: true, body, read: readFetchedById };
}

function writeLimits(writer: WireWriter, { maxWait, totalBytes }: FetchOptions): void {
  writer.int32(-1);
  writer.int32(maxWait);
  writer.int32(1);
  writer.int32(totalBytes);
  writer.int8(READ_COMMITTED);
  // No fetch session.
  writer.int32(0);
  writer.int32(-1);
}

function encode(options: FetchOptions): Buffer {
  const { topic, wanted, partitionBytes } = options;
  const writer = new WireWriter(Buffer.allocUnsafe(25 + 4 + stringSize(topic) + 4 + wanted.length * 28 + 4 + 2));
  writeLimits(writer, options);
  writer.int32(1);
  writer.string(topic);
  writer.int32(wanted.length);
  for (const { partition, offset } of wanted) {
    writer.int32(partition);
    writer.int32(-1);
    writer.int64(offset);
    writer.int64(-1);
    writer.int32(partitionBytes);
  }
  writer.int32(0);
  writer.string('');
  return writer.buffer;
}

function encodeById(options: FetchOptions, topicId: string): Buffer {
  const { wanted, partitionBytes } = options;
  const writer = new WireWriter(Buffer.allocUnsafe(25 + 1 + 16 + 5 + wanted.length * 33 + 4));
  writeLimits(writer, options);
  writer.uvarint(2);
  writer.uuid(topicId);
  writer.uvarint(wanted.length + 1);
  for (const { partition, offset } of wanted) {
    writer.int32(partition);
    writer.int32(-1);
    writer.int64(offset);
    writer.int32(-1);
    writer.int64(-1);
    writer.int32(partitionBytes);
    writer.noTags();
  }
  writer.noTags();
  // No forgotten topics, no rack.
  writer.uvarint(1);
  writer.uvarint(1);
  writer.noTags();
  return writer.buffer.subarray(0, writer.at);
}

function readFetchedById(body: Buffer): { value: Fetched[]; throttle: number } {
  const reader = new WireReader(body);
  reader.tags();
  const throttle = reader.int32();
  const errorCode = reader.int16();
  reader.int32();
  const value = reader
    .compactArray(() => {
      reader.uuid();
      const partitions = reader.compactArray(() => readPartitionById(reader, errorCode));
      reader.tags();
      return partitions;
    })
    .flat();
  return { value, throttle };
}

function readPartitionById(reader: WireReader, requestError: number): Fetched {
  const partition = reader.int32();
  const errorCode = reader.int16() || requestError;
  const highWatermark = reader.int64();
  const stable = reader.int64();
  const start = reader.int64();
  const aborted = reader.compactArray(() => {
    const transaction = { producerId: reader.id64(), firstOffset: reader.int64() };
    reader.tags();
    return transaction;
  });
  reader.int32();
  const set = reader.view(Math.max(reader.uvarint() - 1, 0));
  reader.tags();
  return { partition, errorCode, end: stable >= 0 ? stable : highWatermark, start, aborted, set };
}

function readFetched(body: Buffer): { value: Fetched[]; throttle: number } {
  const reader = new WireReader(body);
  const throttle = reader.int32();
  const errorCode = reader.int16();
  reader.int32();
  const value = reader
    .array(() => {
      reader.string();
      return reader.array(() => readPartition(reader, errorCode));
    })
    .flat();
  return { value, throttle };
}

function readPartition(reader: WireReader, requestError: number): Fetched {
  const partition = reader.int32();
  const errorCode = reader.int16() || requestError;
  const highWatermark = reader.int64();
  const stable = reader.int64();
  const start = reader.int64();
  const aborted = reader.array(() => ({ producerId: reader.id64(), firstOffset: reader.int64() }));
  // Preferred replica: only for consumers that name their rack.
  reader.int32();
  const length = reader.int32();
  const set = reader.view(Math.max(length, 0));
  return { partition, errorCode, end: stable >= 0 ? stable : highWatermark, start, aborted, set };
}
