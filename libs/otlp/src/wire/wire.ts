import { malformed } from './otlp-error.js';
import type { TextTable } from './text-table.js';
import { utf8 } from './utf8.js';

/** Protobuf wire types. proto3 has no groups (3 and 4): a message with one is refused. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/**
 * A position in a protobuf message. Every read is bounded by the `end` of the message it belongs to and throws an OtlpError
 * (BT_OTLP_MALFORMED) when it would go beyond. Made for full decode and the rare cases of the hot loops; those move a local
 * variable instead.
 */
export class Cursor {
  position: number;
  /** The words of the last varint: 64 bits. */
  low = 0;
  high = 0;
  readonly view: DataView;

  /** @param texts cache of repeated texts, if many are read */
  constructor(
    readonly bytes: Uint8Array,
    position = 0,
    private readonly texts?: TextTable,
  ) {
    this.position = position;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Reads a varint of up to 10 bytes into `low` and `high`; returns the low word, unsigned. */
  varint(end: number): number {
    const bytes = this.bytes;
    const start = this.position;
    let position = start;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (position >= end) malformed(position, 'the message ends within a number');
      const byte = bytes[position++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.position = position;
        this.low = low >>> 0;
        this.high = high >>> 0;
        return this.low;
      }
    }
    return malformed(start, 'a number is longer than 10 bytes');
  }

  /** Reads a tag: field number << 3 | wire type. */
  tag(end: number): number {
    const start = this.position;
    const tag = this.varint(end);
    if (this.high !== 0) malformed(start, 'a field number is larger than 536870911');
    if (tag < 8) malformed(start, 'field number 0 is not allowed');
    return tag;
  }

  /** Reads the length of a length-delimited field; returns where the field ends. The position is then its first byte. */
  delimited(end: number): number {
    const start = this.position;
    const length = this.varint(end);
    const limit = this.position + length;
    if (this.high !== 0 || limit > end) malformed(start, `a field says it has ${this.exact()} bytes, but ${end - this.position} are left`);
    return limit;
  }

  fixed64(end: number): bigint {
    this.need(8, end);
    const value = this.view.getBigUint64(this.position, true);
    this.position += 8;
    return value;
  }

  double(end: number): number {
    this.need(8, end);
    const value = this.view.getFloat64(this.position, true);
    this.position += 8;
    return value;
  }

  fixed32(end: number): number {
    this.need(4, end);
    const value = this.view.getUint32(this.position, true);
    this.position += 4;
    return value;
  }

  /** Reads an int64: a number while it is safe, else a bigint. */
  int64(end: number): number | bigint {
    this.varint(end);
    return int64(this.low, this.high);
  }

  /** Reads a length-delimited UTF-8 text; invalid sequences become U+FFFD. */
  text(end: number): string {
    const limit = this.delimited(end);
    const value = this.texts?.read(this.bytes, this.view, this.position, limit) ?? utf8(this.bytes, this.position, limit);
    this.position = limit;
    return value;
  }

  /** Reads length-delimited bytes, copied. */
  blob(end: number): Uint8Array {
    const limit = this.delimited(end);
    const value = Uint8Array.prototype.slice.call(this.bytes, this.position, limit);
    this.position = limit;
    return value;
  }

  /** Skips the value of a field whose tag has been read. */
  skip(tag: number, end: number): void {
    switch (tag & 7) {
      case VARINT:
        this.varint(end);
        return;
      case FIXED64:
        this.need(8, end);
        this.position += 8;
        return;
      case BYTES:
        this.position = this.delimited(end);
        return;
      case FIXED32:
        this.need(4, end);
        this.position += 4;
        return;
      default:
        malformed(this.position - 1, `wire type ${tag & 7} is not used by OTLP`);
    }
  }

  private need(count: number, end: number): void {
    if (this.position + count > end) malformed(this.position, `a field needs ${count} bytes, but ${end - this.position} are left`);
  }

  private exact(): string {
    return ((BigInt(this.high) << 32n) | BigInt(this.low)).toString();
  }
}

/** The int64 of two words: a number while it is safe, else a bigint. */
export function int64(low: number, high: number): number | bigint {
  const value = (high | 0) * 0x1_0000_0000 + low;
  if (Number.isSafeInteger(value)) return value;
  return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
}
