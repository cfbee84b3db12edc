import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OtlpError } from '../wire/otlp-error.js';
import { type JsonValue, parseJson } from './lossless-json.js';

const LARGE = 1699000000000000001n;

/** JSON text with white space, and with large integers written as numbers. */
function written(value: JsonValue, space: string): string {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${space}${value.map((item) => written(item, space)).join(`${space},${space}`)}${space}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, inner]) => `${space}${JSON.stringify(key)}${space}:${space}${written(inner, space)}`);
  return `{${fields.join(',')}${space}}`;
}

describe('lossless JSON', () => {
  it('reads what JSON.parse reads, and integers beyond 2^53 as bigint', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom('', ' ', '\n\t'), (value, space) => {
        const plain = JSON.parse(JSON.stringify(value)) as JsonValue;
        const parsed = parseJson(written([plain, LARGE, -LARGE], space));
        expect(parsed).toEqual([roundedLarge(plain), LARGE, -LARGE]);
      }),
    );
  });

  it.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['-9007199254740993', -9007199254740993n],
    ['18446744073709551615', 18446744073709551615n],
    ['1e25', 1e25],
    ['1234567890123456.5', 1234567890123456.5],
    ['"1699000000000000001"', '1699000000000000001'],
    ['"a \\"quoted\\" \\u00e9 \\\\"', 'a "quoted" é \\'],
  ])('reads %s', (text, expected) => {
    expect(parseJson(`[${text}, 1699000000000000001]`)).toEqual([expected, LARGE]);
  });

  it('reads __proto__ as a key like any other', () => {
    for (const text of ['{"__proto__":{"x":1}}', '{"__proto__":{"x":1},"n":1699000000000000001}']) {
      const value = parseJson(text) as Record<string, JsonValue>;
      expect(Object.keys(value)).toContain('__proto__');
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    }
  });

  it('says why a text is not JSON', () => {
    expect(() => parseJson('{"a": }')).toThrow(/^The body is not JSON: Unexpected token '}'/);
    expect(() => parseJson('')).toThrow(OtlpError);
  });

  it('refuses a depth bomb', () => {
    expect(() => parseJson(`${'['.repeat(100_000)}1699000000000000001${']'.repeat(100_000)}`)).toThrow(/nested deeper than 512 levels/);
  });

  it('reads UTF-8 bytes', () => {
    expect(parseJson(new TextEncoder().encode('["é"]'))).toEqual(['é']);
  });
});

/** JSON.stringify writes large doubles (1e16) as integers, which are read as bigints. */
function roundedLarge(value: JsonValue): JsonValue {
  if (typeof value === 'number') {
    // The written digits, which are fewer than the double has.
    return Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21 ? BigInt(JSON.stringify(value)) : value;
  }
  if (Array.isArray(value)) return value.map(roundedLarge);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, roundedLarge(inner)]));
}
