import type { LogRecord } from '#messaging';

/** The value of a record as text, decoded where it lies. */
export function textOf({ value }: LogRecord): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
}
