import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LowWatermark } from './low-watermark.js';

describe('LowWatermark', () => {
  it('is the oldest record that opened a trace which is still remembered', () => {
    const step = fc.record({ gap: fc.nat(3), opens: fc.nat(4), releases: fc.array(fc.nat(1000), { maxLength: 5 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600, size: 'max' }), (steps) => {
        const watermark = new LowWatermark();
        let remembered: { readonly entry: number; readonly offset: number }[] = [];
        let offset = 0;
        for (const { gap, opens, releases } of steps) {
          offset += 1 + gap;
          for (let i = 0; i < opens; i++) remembered.push({ entry: watermark.open(offset, offset * 10, 7), offset });
          for (const pick of releases) {
            const released = remembered[pick % (remembered.length || 1)];
            if (released === undefined) continue;
            watermark.release(released.entry);
            remembered = remembered.filter((trace) => trace !== released);
          }
          const oldest = remembered[0]?.offset;
          expect(watermark.oldestOpening).toEqual(oldest === undefined ? undefined : { offset: oldest, time: oldest * 10, epoch: 7 });
          for (const trace of remembered) expect(watermark.offsetOf(trace.entry)).toBe(trace.offset);
        }
      }),
      { numRuns: 5 },
    );
  });
});
