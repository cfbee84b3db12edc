import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { escapedNul, unescapedNul } from './escaped-nul.js';

describe('escapedNul', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom('\u0000', '\u001a', '0', '1', 'a'), { maxLength: 12 }).map((parts) => parts.join('')),
  );

  it('is accepted by PostgreSQL, and reads back as written', () => {
    fc.assert(
      fc.property(text, (one) => {
        expect(escapedNul(one)).not.toContain('\u0000');
        expect(unescapedNul(escapedNul(one))).toBe(one.toWellFormed());
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves other texts unchanged', () => {
    expect(escapedNul('shop 😀\n')).toBe('shop 😀\n');
    expect(unescapedNul('\u001ax, from before')).toBe('\u001ax, from before');
  });
});
