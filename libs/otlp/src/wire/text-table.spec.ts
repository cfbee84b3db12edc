import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TextTable } from './text-table.js';
import { utf8 } from './utf8.js';

const encoder = new TextEncoder();
const read = (table: TextTable, bytes: Uint8Array): string => table.read(bytes, new DataView(bytes.buffer), 0, bytes.length);

describe('text table', () => {
  it('returns the decoded text, for valid and invalid UTF-8, also when sets overflow', () => {
    const table = new TextTable(1);
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 70 }).map((value) => encoder.encode(value)),
      fc.uint8Array({ maxLength: 70 }),
      fc.constantFrom('cart-item', 'part-item', 'cart+item', 'item', 'é', '').map((value) => encoder.encode(value)),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 20 }), (texts) => {
        for (const bytes of texts) expect(read(table, bytes)).toBe(utf8(bytes, 0, bytes.length));
      }),
      { numRuns: 300 },
    );
  });

  it('decodes as the Encoding standard says', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(utf8(bytes, 0, bytes.length)).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
      }),
    );
  });

  it('keeps repeated values while unique ones flood it', () => {
    const table = new TextTable(64);
    const repeating = encoder.encode('checkout-service');
    read(table, repeating);
    read(table, repeating); // seen twice: holds the first place of its set
    for (let i = 0; i < 10_000; i++) read(table, encoder.encode(`user-${i}-${i * 7919}`));
    expect(table.holdsText('checkout-service')).toBe(true);
    expect(table.size).toBeLessThanOrEqual(128);
  });
});
