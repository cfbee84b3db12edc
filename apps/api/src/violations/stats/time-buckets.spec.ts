import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { timeBuckets } from './time-buckets.js';

const DAY = 86_400_000;

describe('buckets of time', () => {
  it('cover the whole time, with at most one extra bucket at each end, and are at most 60', () => {
    const instant = fc.integer({ min: 0, max: 8_640_000_000_000_000 });
    fc.assert(
      fc.property(
        instant,
        fc.oneof(
          fc.integer({ min: 1, max: 100 * DAY }),
          instant.filter((n) => n > 0),
        ),
        (start, length) => {
          const end = start + length;
          const { start: first, step, buckets } = timeBuckets(start, end);
          expect(first % step).toBe(0);
          expect(step % 1_000).toBe(0);
          expect(first <= start && start < first + step).toBe(true);
          expect(first + (buckets - 1) * step < end && end <= first + buckets * step).toBe(true);
          expect(buckets).toBeLessThanOrEqual(60);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['an hour', 3_600_000, 60_000],
    ['six hours', 6 * 3_600_000, 600_000],
    ['a day', DAY, 30 * 60_000],
    ['a week', 7 * DAY, 3 * 3_600_000],
    ['a minute', 60_000, 1_000],
  ])('have usual lengths: %s', (_, length, step) =>
    expect(timeBuckets(1_700_000_000_000 - (1_700_000_000_000 % DAY), 1_700_000_000_000 - (1_700_000_000_000 % DAY) + length).step).toBe(
      step,
    ),
  );

  it('have the requested length, up to a thousand of them', () => {
    expect(timeBuckets(1_500, 4_000, 1_000)).toEqual({ start: 1_000, step: 1_000, buckets: 3 });
    expect(timeBuckets(0, 1_000_000, 1_000).buckets).toBe(1_000);
    expect(() => timeBuckets(0, 1_000_001, 1_000)).toThrow('1001');
    expect(() => timeBuckets(5, 5)).toThrow('The time range is empty');
    expect(() => timeBuckets(6, 5, 1_000)).toThrow('The time range is empty');
  });
});
