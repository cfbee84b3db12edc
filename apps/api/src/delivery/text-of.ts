import type { LogRecord } from '#messaging';

/** The value of a record as text, decoded without a copy of its bytes. */
export function textOf({ value }: LogRecord): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
}
