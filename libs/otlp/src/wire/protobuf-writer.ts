import { varintSize, writeVarint } from './varint.js';

const encoder = new TextEncoder();

/**
 * Writes protobuf. Every method but `message` and the `always` ones omits a default value (0, '', empty), as proto3 requires.
 * Tags are in fields.ts.
 */
export class ProtobufWriter {
  private bytes = new Uint8Array(1024);
  private view = new DataView(this.bytes.buffer);
  private at = 0;

  /** A copy of the written bytes. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.at);
  }

  /** A nested message, also when it is empty. */
  message<T>(tag: number, value: T, write: (writer: ProtobufWriter, value: T) => void): void {
    this.tag(tag);
    this.room(5);
    const start = ++this.at; // one byte for the length: enough for most
    write(this, value);
    const length = this.at - start;
    const more = varintSize(length) - 1;
    if (more > 0) {
      this.room(more);
      this.bytes.copyWithin(start + more, start, this.at);
      this.at += more;
    }
    writeVarint(this.bytes, start - 1, length);
  }

  messages<T>(tag: number, values: readonly T[], write: (writer: ProtobufWriter, value: T) => void): void {
    for (const value of values) this.message(tag, value, write);
  }

  text(tag: number, value: string): void {
    if (value !== '') this.textAlways(tag, value);
  }

  textAlways(tag: number, value: string): void {
    this.tag(tag);
    this.room(3 * value.length + 5);
    if (value.length < 64 && this.ascii(value)) return;
    const { written } = encoder.encodeInto(value, this.bytes.subarray(this.at + 5));
    const body = this.at + 5;
    this.at = writeVarint(this.bytes, this.at, written);
    this.bytes.copyWithin(this.at, body, body + written);
    this.at += written;
  }

  blob(tag: number, value: Uint8Array): void {
    if (value.length > 0) this.blobAlways(tag, value);
  }

  blobAlways(tag: number, value: Uint8Array): void {
    this.tag(tag);
    this.room(value.length + 5);
    this.at = writeVarint(this.bytes, this.at, value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }

  /** uint32. */
  uint32(tag: number, value: number): void {
    if (value !== 0) this.uint32Always(tag, value);
  }

  uint32Always(tag: number, value: number): void {
    this.tag(tag);
    this.room(5);
    this.at = writeVarint(this.bytes, this.at, value >>> 0);
  }

  /** int32 and enums: negative numbers take ten bytes. */
  int32(tag: number, value: number): void {
    if (value < 0) this.int64Always(tag, BigInt(value));
    else this.uint32(tag, value);
  }

  int64(tag: number, value: number | bigint): void {
    if (value !== 0 && value !== 0n) this.int64Always(tag, value);
  }

  int64Always(tag: number, value: number | bigint): void {
    if (typeof value === 'number' && value >= 0 && value <= 0xffff_ffff) {
      this.uint32Always(tag, value);
      return;
    }
    this.tag(tag);
    this.room(10);
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest >= 0x80n) {
      this.bytes[this.at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.at++] = Number(rest);
  }

  fixed64(tag: number, value: bigint): void {
    if (value === 0n) return;
    this.tag(tag);
    this.room(8);
    this.view.setBigUint64(this.at, value, true);
    this.at += 8;
  }

  doubleAlways(tag: number, value: number): void {
    this.tag(tag);
    this.room(8);
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  fixed32(tag: number, value: number): void {
    if (value === 0) return;
    this.tag(tag);
    this.room(4);
    this.view.setUint32(this.at, value, true);
    this.at += 4;
  }

  /** Writes a short text if it is ASCII, as most are: with ids by table, whole requests take 0.4 of the time (bench otlp: encode). */
  private ascii(value: string): boolean {
    const { bytes } = this;
    const start = this.at + 1;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) return false;
      bytes[start + i] = code;
    }
    bytes[this.at] = value.length;
    this.at = start + value.length;
    return true;
  }

  private tag(tag: number): void {
    this.room(5);
    this.at = writeVarint(this.bytes, this.at, tag);
  }

  private room(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.at + count));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}
