import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { leastDifference } from './least-difference.js';

describe('the least difference of two shares', () => {
  // Newcombe 1998, table II, method 10, 95 %.
  it.each<[number, number, number, number, number]>([
    [56, 70, 48, 80, 0.0524],
    [9, 10, 3, 10, 0.1705],
    [6, 7, 2, 7, 0.0582],
    [5, 56, 0, 29, -0.0381],
    [0, 10, 0, 20, -0.1611],
    [10, 10, 0, 20, 0.6791],
  ])('equals the published value: %d of %d against %d of %d', (a, n, b, m, low) => {
    expect(leastDifference({ count: a, of: n }, { count: b, of: m }, 1.959964)).toBeCloseTo(low, 4);
  });

  it('is small for few traces, and grows with their number', () => {
    const of = (n: number) => leastDifference({ count: n, of: n }, { count: 0, of: n });
    expect(of(2)).toBeLessThan(0);
    expect(of(20)).toBeGreaterThan(0.4);
    expect(leastDifference({ count: 1, of: 1 }, { count: 0, of: 0 }) > 0).toBe(false);
  });

  it('never exceeds the observed difference, and is never positive for equal shares', () => {
    const share = fc
      .integer({ min: 1, max: 500 })
      .chain((of) => fc.record({ of: fc.constant(of), count: fc.integer({ min: 0, max: of }) }));
    fc.assert(
      fc.property(share, share, (one, other) => {
        const least = leastDifference(one, other);
        expect(least).toBeLessThanOrEqual(one.count / one.of - other.count / other.of + 1e-12);
        expect(least).toBeGreaterThanOrEqual(-1 - 1e-12);
        expect(leastDifference(one, one)).toBeLessThanOrEqual(0);
      }),
    );
  });
});
