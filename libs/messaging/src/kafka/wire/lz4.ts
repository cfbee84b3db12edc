import { Unpacked } from './unpacked.js';

const MAGIC = 0x184d2204;
const FLAG_CONTENT_SIZE = 0x08;
const FLAG_BLOCK_CHECKSUM = 0x10;
const FLAG_DICTIONARY = 0x01;
const STORED = 0x80000000;

/** Unpacks an LZ4 frame (lz4_Frame_format.md), which is what Kafka's batches hold. Its checksums are left to the broker's CRC. */
export function lz4Decompress(packed: Buffer, max: number): Buffer {
  if (packed.readUInt32LE(0) !== MAGIC) throw new RangeError('not an LZ4 frame');
  const flags = packed.readUInt8(4);
  if (flags & FLAG_DICTIONARY) throw new RangeError('an LZ4 frame with a dictionary');
  // Magic, flags, block descriptor; the size of the content if present; the header's checksum.
  let at = 6 + (flags & FLAG_CONTENT_SIZE ? 8 : 0) + 1;
  // Blocks may refer to earlier ones, so all go into one output.
  const unpacked = new Unpacked(Math.min(max, packed.length * 4), max);
  for (;;) {
    const size = packed.readUInt32LE(at);
    at += 4;
    if (size === 0) return unpacked.done();
    const length = size & ~STORED;
    if (size >= STORED) unpacked.literal(packed, at, length);
    else block(packed, at, at + length, unpacked);
    at += length + (flags & FLAG_BLOCK_CHECKSUM ? 4 : 0);
  }
}

/** One block (lz4_Block_format.md): literals and back references in turns; the last has literals only. */
function block(packed: Buffer, start: number, end: number, unpacked: Unpacked): void {
  if (end > packed.length) throw new RangeError('packed bytes end too early');
  let at = start;
  const longer = (length: number): number => {
    let whole = length;
    if (length === 15) {
      let byte: number;
      do {
        byte = packed.readUInt8(at++);
        whole += byte;
      } while (byte === 255);
    }
    return whole;
  };
  while (at < end) {
    const token = packed[at++]!;
    const literals = longer(token >>> 4);
    unpacked.literal(packed, at, literals);
    at += literals;
    if (at >= end) return;
    const distance = packed.readUInt16LE(at);
    at += 2;
    unpacked.repeat(distance, longer(token & 15) + 4);
  }
}
