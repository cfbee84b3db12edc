/** Reads Kafka's primitive types; a RangeError when the bytes end too early. */
export class WireReader {
  at: number;

  constructor(
    readonly buffer: Buffer,
    start = 0,
    readonly end: number = buffer.length,
  ) {
    this.at = start;
  }

  get left(): number {
    return this.end - this.at;
  }

  int8(): number {
    return this.buffer.readInt8(this.#take(1));
  }

  int16(): number {
    return this.buffer.readInt16BE(this.#take(2));
  }

  int32(): number {
    return this.buffer.readInt32BE(this.#take(4));
  }

  uint32(): number {
    return this.buffer.readUInt32BE(this.#take(4));
  }

  /** As a number: offsets and milliseconds are safe integers. */
  int64(): number {
    const at = this.#take(8);
    return this.buffer.readInt32BE(at) * 2 ** 32 + this.buffer.readUInt32BE(at + 4);
  }

  /** As a text: identifiers that may have all 64 bits. */
  id64(): bigint {
    return this.buffer.readBigInt64BE(this.#take(8));
  }

  string(): string | null {
    const length = this.int16();
    if (length < 0) return null;
    const at = this.#take(length);
    return this.buffer.toString('utf8', at, at + length);
  }

  array<T>(item: (reader: this) => T): T[] {
    const length = this.int32();
    const items: T[] = [];
    for (let i = 0; i < length; i++) items.push(item(this));
    return items;
  }

  /** Unsigned varint: lengths of the compact types of flexible versions. */
  uvarint(): number {
    let result = 0;
    for (let factor = 1; factor < 2 ** 35; factor *= 128) {
      const byte = this.buffer[this.#take(1)]!;
      result += (byte & 0x7f) * factor;
      if (byte < 0x80) return result;
    }
    throw new RangeError('an unsigned varint of more than five bytes');
  }

  compactString(): string | null {
    const length = this.uvarint() - 1;
    if (length < 0) return null;
    const at = this.#take(length);
    return this.buffer.toString('utf8', at, at + length);
  }

  compactArray<T>(item: (reader: this) => T): T[] {
    const length = this.uvarint() - 1;
    const items: T[] = [];
    for (let i = 0; i < length; i++) items.push(item(this));
    return items;
  }

  /** As 32 hex digits. */
  uuid(): string {
    const at = this.#take(16);
    return this.buffer.toString('hex', at, at + 16);
  }

  /** Skips tagged fields; none is known here. */
  tags(): void {
    for (let count = this.uvarint(); count > 0; count--) {
      this.uvarint();
      this.view(this.uvarint());
    }
  }

  /** A view, not a copy. */
  view(length: number): Buffer {
    const at = this.#take(length);
    return this.buffer.subarray(at, at + length);
  }

  /** Zigzag varint of a 32-bit integer. */
  varint(): number {
    let result = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.buffer[this.#take(1)]!;
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (result >>> 1) ^ -(result & 1);
    }
    throw new RangeError('a varint of more than five bytes');
  }

  /** Zigzag varint of a 64-bit integer that is safe as a number. */
  varlong(): number {
    let result = 0;
    for (let factor = 1; factor < 2 ** 70; factor *= 128) {
      const byte = this.buffer[this.#take(1)]!;
      result += (byte & 0x7f) * factor;
      if (byte < 0x80) return result % 2 === 0 ? result / 2 : -(result + 1) / 2;
    }
    throw new RangeError('a varlong of more than ten bytes');
  }

  #take(bytes: number): number {
    const at = this.at;
    if (bytes < 0 || at + bytes > this.end) throw new RangeError(`${bytes} bytes wanted at ${at}, there are ${this.end - at}`);
    this.at = at + bytes;
    return at;
  }
}
