import type { OutgoingRecord } from '#messaging';
import { type RejectionReason, RequestIndex, scan } from '#otlp';
import { place } from './place.js';

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
  const records = place(index, partitions);
  const { spans, own, legacy } = index;
  return { records, spans, legacy, accepted: index.accepted, own, rejections: index.rejections() };
}
