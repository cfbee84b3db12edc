import { describe, expect, it } from '@jest/globals';
import { FullPartitions } from './full-partitions.js';

describe('FullPartitions', () => {
  it('keeps the last report of each evaluator', () => {
    const full = new FullPartitions();
    full.report('one', [0, 2]);
    full.report('two', [1]);
    expect([0, 1, 2, 3].filter((partition) => full.has(partition))).toEqual([0, 1, 2]);
    full.report('one', [2]);
    full.report('two', []);
    expect([0, 1, 2, 3].filter((partition) => full.has(partition))).toEqual([2]);
  });
});
