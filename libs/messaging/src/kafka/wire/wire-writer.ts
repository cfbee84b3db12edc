/** Writes Kafka's primitive types into a buffer of known size. */
export class WireWriter {
  at = 0;

  constructor(readonly buffer: Buffer) {}

  int8(value: number): void {
    this.at = this.buffer.writeInt8(value, this.at);
  }

  int16(value: number): void {
    this.at = this.buffer.writeInt16BE(value, this.at);
  }

  int32(value: number): void {
    this.at = this.buffer.writeInt32BE(value, this.at);
  }

  uint32(value: number): void {
    this.at = this.buffer.writeUInt32BE(value, this.at);
  }

  /** Of a safe integer. */
  int64(value: number): void {
    this.at = this.buffer.writeBigInt64BE(BigInt(value), this.at);
  }

  /** INT16 length and UTF-8; null is length -1. */
  string(value: string | null): void {
    if (value === null) return this.int16(-1);
    const length = this.buffer.write(value, this.at + 2);
    this.int16(length);
    this.at += length;
  }

  /** INT32 length and the bytes. */
  bytes(value: Uint8Array): void {
    this.int32(value.length);
    this.raw(value);
  }

  raw(value: Uint8Array): void {
    this.buffer.set(value, this.at);
    this.at += value.length;
  }

  /** Zigzag varint of a 32-bit integer. */
  varint(value: number): void {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest > 0x7f) {
      this.buffer[this.at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buffer[this.at++] = rest;
  }

  /** Unsigned varint. */
  uvarint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.buffer[this.at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buffer[this.at++] = rest;
  }

  compactString(value: string): void {
    const length = Buffer.byteLength(value);
    this.uvarint(length + 1);
    this.utf8(value);
  }

  /** Of 32 hex digits. */
  uuid(value: string): void {
    this.at += this.buffer.write(value, this.at, 16, 'hex');
  }

  /** No tagged fields. */
  noTags(): void {
    this.int8(0);
  }

  /** UTF-8 whose length is known, without a length before it. */
  utf8(value: string): void {
    this.at += this.buffer.write(value, this.at);
  }
}

/** Bytes that `varint` writes. */
export function varintSize(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  return zigzag < 0x80 ? 1 : zigzag < 0x4000 ? 2 : zigzag < 0x200000 ? 3 : zigzag < 0x10000000 ? 4 : 5;
}

/** Bytes that `string` writes. */
export function stringSize(value: string | null): number {
  return 2 + (value === null ? 0 : Buffer.byteLength(value));
}

/** Bytes that `compactString` writes, at most. */
export function compactStringSize(value: string): number {
  return 5 + Buffer.byteLength(value);
}
