import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Histogram } from './histogram.js';

describe('a histogram', () => {
  it('divides a day into half hours', () => {
    const day = Date.UTC(2026, 10, 27);
    const { interval, buckets } = new Histogram(day, day + 86_400_000);
    expect([interval, buckets.length, buckets[0]?.start]).toEqual([1_800_000, 48, day]);
  });

  it('counts every trace at the place of its first span, whenever it began', () => {
    const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
    const records = fc.array(fc.nat(100_000_000), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(time, time, fc.array(records, { minLength: 1, maxLength: 3 }), (from, to, partitions) => {
        const histogram = new Histogram(from, to);
        for (const gaps of partitions) {
          histogram.begin();
          let at = from;
          for (const [offset, gap] of gaps.entries()) {
            at += gap;
            histogram.reached(offset, at);
          }
          for (const offset of gaps.keys()) histogram.count(offset, 'traces');
        }
        expect(histogram.buckets.length).toBeLessThanOrEqual(60);
        expect(histogram.buckets.reduce((sum, { traces }) => sum + traces, 0)).toBe(partitions.flat().length);
      }),
    );
    const histogram = new Histogram(0, 10_000);
    histogram.begin();
    for (const [offset, at] of [0, 1_500, 1_700, 9_999].entries()) histogram.reached(offset, at);
    for (const offset of [0, 1, 2, 3]) histogram.count(offset, 'matched');
    expect(histogram.buckets.map(({ matched }) => matched)).toEqual([1, 2, 0, 0, 0, 0, 0, 0, 0, 1]);
  });
});
