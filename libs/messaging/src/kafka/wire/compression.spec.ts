import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lz4Decompress } from './lz4.js';
import { snappyDecompress } from './snappy.js';

// Kafka's own client tests every token that real producers write; these are edge cases and invalid input.
const MAX_BYTES = 1_000;

const snappy = (length: number, ...bytes: number[]): Buffer => Buffer.from([length, ...bytes]);
const literal = (text: string): number[] => [(text.length - 1) << 2, ...Buffer.from(text)];

describe('Snappy', () => {
  it('reads literals and copies of each width', () => {
    expect(snappyDecompress(snappy(4, ...literal('abcd')), MAX_BYTES).toString()).toBe('abcd');
    // Copy with one byte of distance: length 4 to 11, three high bits of the distance in the tag.
    expect(snappyDecompress(snappy(8, ...literal('abcd'), 0b000_000_01, 4), MAX_BYTES).toString()).toBe('abcdabcd');
    expect(snappyDecompress(snappy(7, ...literal('ab'), ((5 - 1) << 2) | 2, 2, 0), MAX_BYTES).toString()).toBe('abababa');
    expect(snappyDecompress(snappy(7, ...literal('ab'), ((5 - 1) << 2) | 3, 2, 0, 0, 0), MAX_BYTES).toString()).toBe('abababa');
    const long = 'x'.repeat(61);
    expect(snappyDecompress(Buffer.from([61, 60 << 2, 60, ...Buffer.from(long)]), MAX_BYTES).toString()).toBe(long);
  });

  it('reads the frames of snappy-java', () => {
    const block = snappy(2, ...literal('ab'));
    const frame = Buffer.concat([
      Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]),
      ...[block, block].flatMap((one) => [Buffer.from([0, 0, 0, one.length]), one]),
    ]);
    expect(snappyDecompress(frame, MAX_BYTES).toString()).toBe('abab');
  });

  it.each([
    ['more bytes than it announced', snappy(1, ...literal('ab'))],
    ['fewer bytes than it announced', snappy(9, ...literal('ab'))],
    ['a literal that is cut off', snappy(4, 3 << 2, 97)],
    ['a copy from before the beginning', snappy(6, ...literal('ab'), 1, 3)],
    ['a copy of nothing', snappy(6, ...literal('ab'), 1, 0)],
    ['more than is allowed', snappy(0xff, 0x7f, ...literal('ab'))],
  ])('refuses %s', (_, bytes) => {
    expect(() => snappyDecompress(bytes, MAX_BYTES)).toThrow(RangeError);
  });
});

/** A frame with independent blocks and no checksums. */
function lz4(...blocks: Buffer[]): Buffer {
  const sized = blocks.flatMap((block) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(block.length);
    return [size, block];
  });
  return Buffer.concat([Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0]), ...sized, Buffer.alloc(4)]);
}

describe('LZ4', () => {
  it('reads literals, overlapping copies and long lengths', () => {
    expect(lz4Decompress(lz4(Buffer.from([0x20, 97, 98])), MAX_BYTES).toString()).toBe('ab');
    expect(lz4Decompress(lz4(Buffer.from([0x21, 97, 98, 2, 0, 0x10, 99])), MAX_BYTES).toString()).toBe('abababac');
    expect(lz4Decompress(lz4(Buffer.from([0xf0, 5, ...Buffer.from('y'.repeat(20))])), MAX_BYTES).toString()).toBe('y'.repeat(20));
    expect(lz4Decompress(lz4(Buffer.from([0x1f, 122, 1, 0, 255, 6, 0x10, 33])), MAX_BYTES).toString()).toBe(`${'z'.repeat(1 + 19 + 261)}!`);
  });

  it('reads blocks that refer to earlier ones, and stored ones', () => {
    const stored = Buffer.from([0x02, 0, 0, 0x80, 97, 98]);
    const frame = lz4(Buffer.from([0x20, 97, 98]), Buffer.from([0x00, 2, 0, 0x10, 99]));
    expect(lz4Decompress(frame, MAX_BYTES).toString()).toBe('abababc');
    expect(lz4Decompress(Buffer.concat([frame.subarray(0, 7), stored, Buffer.alloc(4)]), MAX_BYTES).toString()).toBe('ab');
  });

  it.each([
    ['another format', Buffer.from('not an LZ4 frame')],
    ['a frame that is cut off', lz4(Buffer.from([0x20, 97, 98])).subarray(0, 12)],
    ['a copy from before the beginning', lz4(Buffer.from([0x21, 97, 98, 3, 0]))],
    ['more than is allowed', lz4(Buffer.from([0x1f, 122, 1, 0, 255, 255, 255, 255, 255, 0]))],
  ])('refuses %s', (_, bytes) => {
    expect(() => lz4Decompress(bytes, MAX_BYTES)).toThrow(RangeError);
  });
});

describe('damaged bytes', () => {
  it('are refused or give fewer bytes, and never hang', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, framed) => {
        const packed = Buffer.from(bytes);
        for (const unpack of [() => snappyDecompress(packed, MAX_BYTES), () => lz4Decompress(framed ? lz4(packed) : packed, MAX_BYTES)]) {
          try {
            expect(unpack().length).toBeLessThanOrEqual(MAX_BYTES);
          } catch (error) {
            // An error of Node's realm, not of the test's.
            expect((error as Error).name).toBe('RangeError');
          }
        }
      }),
    );
  });
});
