import type { AbortedTransaction } from './record-batches.js';
import type { WireRequest } from './request.js';
import { WireReader } from './wire-reader.js';
import { stringSize, WireWriter } from './wire-writer.js';

const FETCH = 1;
/** Kafka 2.3 to 4.x. */
const VERSION = 11;
const READ_COMMITTED = 1;

/** A partition and the offset to read from. */
export interface Wanted {
  readonly partition: number;
  readonly offset: number;
}

export interface FetchOptions {
  readonly topic: string;
  readonly wanted: readonly Wanted[];
  /** How long the broker may wait for the first byte, ms. */
  readonly maxWait: number;
  /** Bytes of one partition and of all; the first batch comes whole also when it is larger. */
  readonly partitionBytes: number;
  readonly totalBytes: number;
}

/** What the broker has of one partition. */
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
  return { apiKey: FETCH, apiVersion: VERSION, name: 'Fetch', body: () => [encode(options)], read: readFetched };
}

function encode({ topic, wanted, maxWait, partitionBytes, totalBytes }: FetchOptions): Buffer {
  const writer = new WireWriter(Buffer.allocUnsafe(25 + 4 + stringSize(topic) + 4 + wanted.length * 28 + 4 + 2));
  writer.int32(-1);
  writer.int32(maxWait);
  writer.int32(1);
  writer.int32(totalBytes);
  writer.int8(READ_COMMITTED);
  // No fetch session.
  writer.int32(0);
  writer.int32(-1);
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
