import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { editDistance } from './edit-distance.js';

describe('edit distance', () => {
  it.each([
    ['', '', 0],
    ['duration', 'duration', 0],
    ['duratoin', 'duration', 1],
    ['durations', 'duration', 1],
    ['duratio', 'duration', 1],
    ['xuration', 'duration', 1],
    ['abcdef', '', 6],
  ])('of %j and %j is %i', (left, right, distance) => {
    expect(editDistance(left, right, 99)).toBe(distance);
  });

  it('is symmetric, and cut off at the limit', () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, fc.integer({ min: 1, max: 12 }), (left, right, limit) => {
        const distance = editDistance(left, right, 99);
        expect(editDistance(right, left, 99)).toBe(distance);
        expect(editDistance(left, right, limit)).toBe(Math.min(limit, distance));
      }),
    );
  });
});
