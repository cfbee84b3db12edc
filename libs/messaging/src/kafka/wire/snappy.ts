import { Unpacked } from './unpacked.js';

/** The frame of snappy-java, used by Kafka's Java client: magic, two version numbers, then blocks with their lengths. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER = 16;

/** Unpacks Snappy (google/snappy format_description.txt), as one raw block or framed by snappy-java. Throws a RangeError on bad bytes. */
export function snappyDecompress(packed: Buffer, max: number): Buffer {
  if (!packed.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return block(packed, max);
  const blocks: Buffer[] = [];
  let length = 0;
  for (let at = XERIAL_HEADER; at < packed.length; ) {
    const size = packed.readUInt32BE(at);
    const unpacked = block(packed.subarray(at + 4, at + 4 + size), max - length);
    blocks.push(unpacked);
    length += unpacked.length;
    at += 4 + size;
  }
  return Buffer.concat(blocks, length);
}

function block(packed: Buffer, max: number): Buffer {
  let at = 0;
  let expected = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = byteAt(packed, at++);
    expected += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
    if (factor > 2 ** 32) throw new RangeError('a Snappy length of more than five bytes');
  }
  const unpacked = new Unpacked(expected, max);
  while (at < packed.length) {
    const tag = packed[at++]!;
    if ((tag & 3) === 0) {
      let length = tag >>> 2;
      if (length >= 60) {
        const bytes = length - 59;
        length = packed.readUIntLE(at, bytes);
        at += bytes;
      }
      unpacked.literal(packed, at, length + 1);
      at += length + 1;
    } else if ((tag & 3) === 1) {
      unpacked.repeat(((tag >>> 5) << 8) | byteAt(packed, at), ((tag >>> 2) & 7) + 4);
      at += 1;
    } else {
      const bytes = (tag & 3) === 2 ? 2 : 4;
      unpacked.repeat(packed.readUIntLE(at, bytes), (tag >>> 2) + 1);
      at += bytes;
    }
  }
  if (unpacked.length !== expected) throw new RangeError(`Snappy announced ${expected} bytes, there are ${unpacked.length}`);
  return unpacked.done();
}

function byteAt(packed: Buffer, at: number): number {
  const byte = packed[at];
  if (byte === undefined) throw new RangeError('packed bytes end too early');
  return byte;
}
