import { type OutgoingRecord, partitionOf } from '#messaging';
import { type RejectionReason, RequestIndex, scan, split } from '#otlp';

/** Why some spans of a request are not appended to the log. */
export interface RejectedSpans {
  readonly reason: RejectionReason;
  readonly spans: number;
  /** The reason, for the answer. */
  readonly sentence: string;
}

/** The part of a request that is accepted. */
export interface Admission {
  readonly records: readonly OutgoingRecord[];
  /** Spans in the request = accepted + own + those rejected. */
  readonly spans: number;
  readonly accepted: number;
  /** Emitted by BeTrace itself: neither evaluated nor rejected, because their sender did nothing wrong. */
  readonly own: number;
  readonly rejections: readonly RejectedSpans[];
  /** The request may have spans in the fields of 2021, which are not read. */
  readonly legacy: boolean;
}

/** One index for all requests: admitting is synchronous, so no two use it at the same time. */
const index = new RequestIndex();

/**
 * Checks an ExportTraceServiceRequest and splits it by partition, without decoding spans. A malformed request throws an OtlpError, and nothing of it is
 * accepted. Single spans with wrong ids, or too large, are omitted.
 */
export function admit(bytes: Uint8Array, partitions: number): Admission {
  scan(bytes, index);
  const records = recordsByPartition(partitions);
  const { spans, own, legacy } = index;
  return { records, spans, legacy, accepted: index.accepted, own, rejections: index.rejections() };
}

/**
 * The records of the scanned request: each has spans of one partition only, and all spans of a trace go to the partition of its id. Spans larger than a record
 * may be are rejected in the index.
 */
function recordsByPartition(partitions: number): OutgoingRecord[] {
  return split(index, (bytes, traceIdAt) => partitionOf(bytes, partitions, traceIdAt)).map(({ partition, value }) => ({
    partition,
    value,
  }));
}
