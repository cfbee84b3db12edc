import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DURATION_UNITS, parseDuration } from './duration.js';

describe('a duration', () => {
  it.each([
    ['500ms', 500_000_000n],
    ['1.5s', 1_500_000_000n],
    ['1.s', 1_000_000_000n],
    ['1m30s', 90_000_000_000n],
    ['2d', 172_800_000_000_000n],
    ['250µs', 250_000n],
    ['0ns', 0n],
    ['0.000000001s', 1n],
  ])('%s is %s ns', (text, nanoseconds) => {
    expect(parseDuration(text)).toBe(nanoseconds);
  });

  it.each([
    '',
    ' ',
    '1',
    's',
    '-1s',
    '+1s',
    '1 s',
    '1S',
    '.5s',
    '1s ',
    '1s2',
    '0.5ns',
    '1e3s',
    '293000d',
    `${'1'.repeat(40)}s`,
    '1\u0000s',
    '1\ud800s',
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('is the sum of its parts', () => {
    const part = fc.tuple(fc.integer({ min: 0, max: 1_000 }), fc.constantFrom(...Object.keys(DURATION_UNITS)));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const sum = parts.reduce((total, [number, unit]) => total + BigInt(number) * DURATION_UNITS[unit]!, 0n);
        expect(parseDuration(parts.map(([number, unit]) => `${number}${unit}`).join(''))).toBe(sum);
      }),
    );
  });
});
