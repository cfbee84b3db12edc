import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AnswerReader } from './answer-reader.js';

const framed = (length: number, fill: number): Buffer => {
  const answer = Buffer.alloc(4 + length, fill);
  answer.writeInt32BE(length);
  return answer;
};

/** Reads bytes as a socket does: at most the free space at once, in pieces as `cuts` says. */
function read(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const delivered: Buffer[] = [];
  const reader = new AnswerReader((answers) => delivered.push(answers));
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const { room } = reader;
    const count = bytes.copy(room, 0, at, at + Math.min(room.length, cuts[i % cuts.length]!));
    expect(count).toBeGreaterThan(0);
    reader.took(count);
    at += count;
  }
  return delivered;
}

/** Buffers are whole responses if each ends where the next one begins. */
function areWhole(delivered: readonly Buffer[]): boolean {
  return delivered.every((bytes) => {
    let at = 0;
    while (at < bytes.length) at += 4 + bytes.readInt32BE(at);
    return at === bytes.length;
  });
}

describe('reading answers of a broker', () => {
  it('delivers all bytes in order, as whole answers, for any chunks', () => {
    const lengths = fc.array(fc.oneof(fc.nat(20), fc.nat(3_000), fc.integer({ min: 60_000, max: 300_000 })), {
      minLength: 1,
      maxLength: 12,
    });
    const cuts = fc.array(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 9, max: 100_000 })), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(lengths, cuts, (sizes, pieces) => {
        const bytes = Buffer.concat(sizes.map((length, i) => framed(length, i + 1)));
        // A run of tiny pieces would take minutes.
        const delivered = read(bytes, pieces.some((piece) => piece > 1_000) ? pieces : [...pieces, 50_000]);
        expect(Buffer.concat(delivered).equals(bytes)).toBe(true);
        expect(areWhole(delivered)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('delivers a large answer in one piece, without keeping it', () => {
    const answers = [framed(1_000_000, 1), framed(5, 2), framed(1_000_000, 3)];
    const delivered = read(Buffer.concat(answers), [65_536]);
    expect(delivered.map(({ length }) => length)).toEqual(answers.map(({ length }) => length));
    expect(delivered.every((answer, i) => answer.equals(answers[i]!))).toBe(true);
  });

  it.each([
    ['a length below zero', -1],
    ['a length that no answer has', 0x48545450],
  ])('passes on the bytes after %s, and waits for no end of it', (_, length) => {
    const bytes = Buffer.alloc(100);
    bytes.writeInt32BE(length);
    expect(Buffer.concat(read(bytes, [30])).equals(bytes)).toBe(true);
  });
});
