import { describe, expect, it } from '@jest/globals';
import { shares } from './shares.js';

describe('shares', () => {
  it.each([
    ['one thread has all', 4, 1, [[0, 1, 2, 3]]],
    [
      'threads take turns',
      5,
      2,
      [
        [0, 2, 4],
        [1, 3],
      ],
    ],
    ['more threads than partitions are not started', 2, 8, [[0], [1]]],
  ])('%s', (_sentence, partitions, threads, expected) => expect(shares(partitions, threads)).toEqual(expected));
});
