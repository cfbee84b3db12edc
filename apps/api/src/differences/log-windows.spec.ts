import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { logWindows } from './log-windows.js';

const place = (first_offset: number, last_offset = first_offset, partition = 0) => ({ partition, first_offset, last_offset });

describe('windows of the log', () => {
  it('include the records around a trace, and merge when they overlap', () => {
    expect(logWindows([place(1_000, 1_010), place(5, 5, 1), place(990)])).toEqual([
      { partition: 0, from: 930, to: 1_071 },
      { partition: 1, from: 0, to: 66 },
    ]);
    expect(logWindows([place(0, 400)])).toEqual([]);
  });

  it('are disjoint and bounded, and include each trace that is not too long, unless an earlier window overlaps', () => {
    const places = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 450 }), fc.integer({ min: 0, max: 1 })),
      {
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(places, (all) => {
        const found = logWindows(all.map(([first, length, partition]) => place(first, first + length, partition)));
        for (const { from, to } of found) expect([to > from, to - from <= 400 + 2 * 60]).toEqual([true, true]);
        for (const partition of [0, 1]) {
          const ordered = found.filter((one) => one.partition === partition).sort((a, b) => a.from - b.from);
          expect(ordered.slice(1).filter(({ from }, n) => from < ordered[n]!.to)).toEqual([]);
        }
        const [newest] = all;
        if (newest === undefined || newest[1] >= 400) return;
        const [first, length, partition] = newest;
        expect(found.some((one) => one.partition === partition && one.from <= first && first + length < one.to)).toBe(true);
      }),
    );
  });
});
