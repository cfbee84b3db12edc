import type { ProblemValues } from '#base';
import type { OutgoingRecord } from '../../log.js';
import type { LogProblemCode } from '../../problems.js';

/** The message to the writer's thread. */
export type WriterRequest =
  | AppendRequest
  | { readonly kind: 'check'; readonly id: number }
  | { readonly kind: 'beat' }
  | { readonly kind: 'close' };

export interface AppendRequest {
  readonly kind: 'append';
  readonly appends: readonly PackedAppend[];
  /** The values of all records, concatenated: transferred without another copy. */
  readonly bytes: ArrayBuffer;
}

interface PackedAppend {
  readonly id: number;
  readonly topic: string;
  readonly records: readonly Omit<OutgoingRecord, 'value'>[];
  readonly lengths: readonly number[];
}

/** The answer: per request its offsets (none for a check), or the error. */
export type WriterAnswer =
  | { readonly id: number; readonly offsets: readonly number[] }
  | { readonly id: number; readonly code: LogProblemCode; readonly values: ProblemValues };

export interface AppendMessage {
  readonly id: number;
  readonly topic: string;
  readonly records: readonly OutgoingRecord[];
}

/**
 * One message of several appends. The values are copied into one buffer. They are often views of a larger one (a request's body). That one belongs to the
 * caller, so it can't be transferred, and a clone would copy all of it.
 */
export function packAppends(appends: readonly AppendMessage[]): AppendRequest {
  let total = 0;
  for (const { records } of appends) for (const { value } of records) total += value.length;
  // Not zeroed first, since every byte is written.
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(total).buffer);
  let at = 0;
  const packed = appends.map(({ id, topic, records }) => ({
    id,
    topic,
    records: records.map(({ value: _, ...record }) => record),
    lengths: records.map(({ value }) => {
      bytes.set(value, at);
      at += value.length;
      return value.length;
    }),
  }));
  return { kind: 'append', appends: packed, bytes: bytes.buffer };
}

export function unpackAppends(request: AppendRequest): AppendMessage[] {
  let at = 0;
  return request.appends.map(({ id, topic, records, lengths }) => ({
    id,
    topic,
    records: records.map((record, i) => {
      const value = new Uint8Array(request.bytes, at, lengths[i]);
      at += value.length;
      return { ...record, value };
    }),
  }));
}
