import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Value } from '../value.js';
import { type ArithmeticOperator, luaArithmetic, luaBitwiseNot, luaNegate } from './lua-arithmetic.js';
import { formatNumber, parseNumeral } from './lua-number.js';
import { compareStrings, luaEquals, luaIndex, luaLength, luaLess, luaLessOrEqual, utf8Length } from './lua-value.js';

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);
const BIG = 9007199254740993n;
const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** A 64-bit integer as a value. */
const integer = fc.oneof(
  fc.bigInt({ min: MIN, max: MAX }),
  fc.bigInt({ min: -100n, max: 100n }),
  fc.constantFrom(MAX, MIN, SAFE, -SAFE, SAFE + 1n),
);
const asValue = (value: bigint): Value => (value >= -SAFE && value <= SAFE ? Number(value) : value);

describe('arithmetic', () => {
  it('of integers has 64 bits', () => {
    const floor = (a: bigint, b: bigint) => a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);
    const expected: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
      '+': (a, b) => a + b,
      '-': (a, b) => a - b,
      '*': (a, b) => a * b,
      '//': floor,
      '%': (a, b) => a - floor(a, b) * b,
      '&': (a, b) => a & b,
      '|': (a, b) => a | b,
      '~': (a, b) => a ^ b,
    };
    fc.assert(
      fc.property(integer, integer, fc.constantFrom(...Object.keys(expected)), (a, b, operator) => {
        fc.pre(b !== 0n || (operator !== '//' && operator !== '%'));
        const result = luaArithmetic(operator as ArithmeticOperator, asValue(a), asValue(b));
        expect(result).toBe(asValue(BigInt.asIntN(64, expected[operator]?.(a, b) ?? 0n)));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, ArithmeticOperator, Value, Value, Value]>([
    ['wraps around', '+', MAX, 1, MIN],
    ['leaves the safe range', '+', Number.MAX_SAFE_INTEGER, 1, 9007199254740992n],
    ['divides as doubles', '/', 7, 2, 3.5],
    ['divides bigints as doubles', '/', BIG, 1, 2 ** 53],
    ['divides by zero', '/', 1, 0, Number.POSITIVE_INFINITY],
    ['floors', '//', -7, 2, -4],
    ['floors doubles', '//', -7.5, 2, -4],
    ['takes the sign of the divisor', '%', -7, 3, 2],
    ['takes the sign of the divisor, doubles', '%', 5.5, -2, -0.5],
    ['knows strings that hold numbers', '+', '10', ' 0x10 ', 26],
    ['powers are doubles', '^', 2, 10, 1024],
    ['shifts are logical', '>>', -1, 63, 1],
    ['shifts back', '<<', 8, -2, 2],
    ['shifts out', '<<', 1, 64, 0],
    ['concatenates', '..', 1, 2.5, '12.5'],
    ['concatenates big integers', '..', MAX, '', '9223372036854775807'],
    ['never makes a negative zero', '*', 0, -1, 0],
  ])('%s', (_title, operator, left, right, expected) => {
    expect(luaArithmetic(operator, left, right)).toBe(expected);
  });

  it.each<[ArithmeticOperator, Value, Value, string]>([
    ['+', undefined, 1, 'attempt to perform arithmetic on a nil value'],
    ['+', 1, 'x', 'attempt to perform arithmetic on a string value'],
    ['*', true, undefined, 'attempt to perform arithmetic on a boolean value'],
    ['..', 'a', undefined, 'attempt to concatenate a nil value'],
    ['&', 1.5, 1, 'number has no integer representation'],
    ['&', 1, undefined, 'attempt to perform bitwise operation on a nil value'],
    ['//', 1, 0, 'attempt to divide by zero'],
    ['%', 1, 0, "attempt to perform 'n%0'"],
  ])('%s fails: %p %p', (operator, left, right, message) => {
    expect(() => luaArithmetic(operator, left, right)).toThrow(message);
  });

  it('has unary operators', () => {
    expect([luaNegate(5), luaNegate(0), luaNegate(MIN), luaNegate('2'), luaBitwiseNot(0)]).toEqual([-5, 0, MIN, -2, -1]);
  });
});

describe('comparison', () => {
  it('of numbers is exact across representations', () => {
    expect([
      luaEquals(BIG, 2 ** 53),
      luaEquals(9007199254740992n, 2 ** 53),
      luaLess(2 ** 53, BIG),
      luaLessOrEqual(BIG, 1e300),
      luaEquals(1, '1'),
    ]).toEqual([false, true, true, true, false]);
    expect([luaEquals(Number.NaN, Number.NaN), luaLess(Number.NaN, 1), luaLessOrEqual(1, Number.NaN)]).toEqual([false, false, false]);
  });

  it('of strings compares their bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        expect(Math.sign(compareStrings(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
        expect(utf8Length(a)).toBe(Buffer.byteLength(a));
      }),
      { numRuns: 500 },
    );
    expect(compareStrings('\uffff', '\u{1f600}')).toBeLessThan(0);
    expect(luaEquals(Uint8Array.of(0xc3, 0xa9), 'é')).toBe(true);
  });

  it.each<[Value, Value, string]>([
    [1, undefined, 'attempt to compare number with nil'],
    [undefined, 1, 'attempt to compare nil with number'],
    [1, 'x', 'attempt to compare number with string'],
    [true, false, 'attempt to compare two boolean values'],
    [[], {}, 'attempt to compare two table values'],
  ])('%p < %p fails', (left, right, message) => {
    expect(() => luaLess(left, right)).toThrow(message);
    expect(() => luaLessOrEqual(left, right)).toThrow(message);
  });
});

describe('tables and lengths', () => {
  it('count from 1', () => {
    expect([luaIndex(['a', 'b'], 1), luaIndex(['a'], 2), luaIndex({ x: 5 }, 'x'), luaIndex({}, 'constructor'), luaIndex('s', 'x')]).toEqual(
      ['a', undefined, 5, undefined, undefined],
    );
    expect([luaLength('é😀'), luaLength(['a']), luaLength(Uint8Array.of(1, 2)), luaLength({ a: 1 })]).toEqual([6, 1, 2, 0]);
    expect(() => luaIndex(undefined, 'x')).toThrow('attempt to index a nil value');
    expect(() => luaLength(5)).toThrow('attempt to get length of a number value');
  });
});

describe('numbers as text', () => {
  it.each([
    [1e15, '1000000000000000'],
    [2 ** 53, '9.007199254741e+15'],
    [0.1, '0.1'],
    [1 / 3, '0.33333333333333'],
    [1e100, '1e+100'],
    [1.5e-7, '1.5e-07'],
    [1234567890123.25, '1234567890123.2'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NaN, 'nan'],
    [MIN, '-9223372036854775808'],
  ])('%p', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it.each<[string, number | bigint | undefined]>([
    [' 10 ', 10],
    ['0x', undefined],
    ['1e', undefined],
    ['', undefined],
    ['1 2', undefined],
    ['9223372036854775807', MAX],
    ['9223372036854775808', 2 ** 63],
    ['0xffffffffffffffffff', -1],
    ['-0x10', -16],
    ['inf', undefined],
    ['1_000', undefined],
    ['٣', undefined],
  ])('%p', (text, value) => {
    expect(parseNumeral(text)).toBe(value);
  });
});
