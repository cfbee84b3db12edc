import type { OutgoingRecord } from '../../log.js';

/** The target of appends: this thread (`DirectWriter`) or a separate one (`ThreadWriter`). */
export interface Writer {
  /** Resolves with the offsets when the records are durable; rejects a LogUnavailable when not. */
  append(topic: string, records: readonly OutgoingRecord[]): Promise<readonly number[]>;
  /** A receiver can append records: called four times a second, for the log's clock. */
  beat(): void;
  /** Rejects when nothing can be written now. */
  check(): Promise<void>;
  /** Writes the waiting appends, then closes. */
  close(): Promise<void>;
}

/** Bytes of the records' values: the unit of limits and batches. */
export function bytesOf(records: readonly OutgoingRecord[]): number {
  return records.reduce((bytes, record) => bytes + record.value.length, 0);
}
