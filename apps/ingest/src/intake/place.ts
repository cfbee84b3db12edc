import { type OutgoingRecord, partitionOf } from '#messaging';
import { type RequestIndex, split } from '#otlp';

/**
 * The records for a scanned request: each has spans of one partition only, and all spans of a trace go to the partition of its id. Spans larger than a record
 * may be are rejected in the index.
 */
export function place(index: RequestIndex, partitions: number): OutgoingRecord[] {
  return split(index, (bytes, traceIdAt) => partitionOf(bytes, partitions, traceIdAt)).map(({ partition, value }) => ({
    partition,
    value,
  }));
}
