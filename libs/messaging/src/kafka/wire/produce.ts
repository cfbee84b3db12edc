import type { WireRequest } from './request.js';
import { WireReader } from './wire-reader.js';
import { stringSize, WireWriter } from './wire-writer.js';

const PRODUCE = 0;
/** Kafka 2.1 to 4.x; the first that allows Zstandard. */
const VERSION = 7;
const ALL_REPLICAS = -1;

/** A record batch on its way to a partition. */
export interface ProducedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly batch: Buffer;
}

/** The answer for one partition's batch. */
export interface ProduceAnswer {
  readonly topic: string;
  readonly partition: number;
  /** 0 is success. */
  readonly errorCode: number;
  readonly baseOffset: number;
}

/** A produce request of acks=all; the broker waits for the other replicas `timeout` ms at most. */
export function produceRequest(batches: readonly ProducedBatch[], timeout: number): WireRequest<ProduceAnswer[]> {
  return { apiKey: PRODUCE, apiVersion: VERSION, name: 'Produce', body: () => encode(batches, timeout), read: readAnswers };
}

function encode(batches: readonly ProducedBatch[], timeout: number): Buffer[] {
  const topics = Map.groupBy(batches, ({ topic }) => topic);
  const pieces = [piece(2 + 2 + 4 + 4, (writer) => writeStart(writer, timeout, topics.size))];
  for (const [topic, partitions] of topics) {
    pieces.push(
      piece(stringSize(topic) + 4, (writer) => {
        writer.string(topic);
        writer.int32(partitions.length);
      }),
    );
    for (const { partition, batch } of partitions) {
      const place = piece(8, (writer) => {
        writer.int32(partition);
        writer.int32(batch.length);
      });
      pieces.push(place, batch);
    }
  }
  return pieces;
}

function writeStart(writer: WireWriter, timeout: number, topics: number): void {
  // No transaction.
  writer.string(null);
  writer.int16(ALL_REPLICAS);
  writer.int32(timeout);
  writer.int32(topics);
}

function piece(size: number, write: (writer: WireWriter) => void): Buffer {
  const writer = new WireWriter(Buffer.allocUnsafe(size));
  write(writer);
  return writer.buffer;
}

function readAnswers(body: Buffer): { value: ProduceAnswer[]; throttle: number } {
  const reader = new WireReader(body);
  const value = reader
    .array(() => {
      const topic = reader.string() ?? '';
      return reader.array(() => {
        const answer = { topic, partition: reader.int32(), errorCode: reader.int16(), baseOffset: reader.int64() };
        // Log append time and log start offset.
        reader.view(16);
        return answer;
      });
    })
    .flat();
  return { value, throttle: reader.int32() };
}
