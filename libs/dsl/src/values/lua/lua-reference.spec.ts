import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { evaluatedByReference, whyNoLua } from '../../../../../test/fixtures/dsl/reference-lua.js';
import type { Value } from '../value.js';
import { callLibrary } from './library.js';
import { type ArithmeticOperator, luaArithmetic, luaBitwiseNot, luaNegate } from './lua-arithmetic.js';
import { LuaError } from './lua-error.js';
import { isNumber, isTruthy, luaEquals, luaLength, luaLess, luaLessOrEqual, luaType } from './lua-value.js';

/** Values as Lua reads them, and as rules see them. A double with a safe integral value is an integer here (decision 0003); Lua distinguishes the two. */
const VALUES: readonly (readonly [string, Value])[] = [
  ...['0', '1', '-1', '3', '7', '-7', '200', '63', '64', '-64', '9007199254740991'].map((text) => [text, Number(text)] as const),
  ...['9007199254740993', '-9007199254740993', '9223372036854775807'].map((text) => [text, BigInt(text)] as const),
  ['math.mininteger', -(2n ** 63n)],
  ...['2.5', '-2.5', '0.1', '1e300', '-1e300', '5e-324', '9223372036854775808.0', '1e999'].map((text) => [text, Number(text)] as const),
  ['nan', Number.NaN],
  ...['5', '-2.5', '0x10', ' 7 ', '0x7fffffffffffffff', '1e2x', 'x', '', 'é', '1e1', '1.'].map(
    (text) => [JSON.stringify(text), text] as const,
  ),
  ['true', true],
  ['nil', undefined],
];

const BINARY: Readonly<Record<string, (a: Value, b: Value) => Value>> = {
  ...Object.fromEntries(
    ['+', '-', '*', '/', '//', '%', '^', '..', '&', '|', '~', '<<', '>>'].map((operator) => [
      operator,
      (a: Value, b: Value) => luaArithmetic(operator as ArithmeticOperator, a, b),
    ]),
  ),
  '==': luaEquals,
  '<': luaLess,
  '<=': luaLessOrEqual,
  '>': (a, b) => luaLess(b, a),
  '>=': (a, b) => luaLessOrEqual(b, a),
};

const UNARY: Readonly<Record<string, (a: Value) => Value>> = {
  '-': luaNegate,
  '~': luaBitwiseNot,
  '#': luaLength,
  'not ': (a) => !isTruthy(a),
};

const FUNCTIONS = ['tostring', 'tonumber', 'type', 'string.lower', 'string.len', 'math.floor', 'math.ceil', 'math.abs'] as const;

/** Type and value, in the format of judge.lua. */
function shown(evaluate: () => Value): string {
  try {
    const value = evaluate();
    return `${luaType(value)} ${isNumber(value) ? number(value) : value === undefined ? 'nil' : String(value)}`;
  } catch (error) {
    if (error instanceof LuaError) return `error ${error.message}`;
    throw error;
  }
}

function number(value: number | bigint): string {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value);
  if (Number.isNaN(value)) return 'nan';
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  return bits.getBigUint64(0).toString(16).padStart(16, '0');
}

/** Where BeTraceDSL differs by decision 0003, one line each: `EXCEPTIONS=write npm test -- lua-reference` writes them. */
const EXCEPTIONS = join(import.meta.dirname, '../../../../../test/fixtures/dsl/lua/exceptions.txt');
const HEAD = `# Expressions of which BeTraceDSL makes something else than Lua 5.3: a string that holds an integer is that integer in arithmetic,
# where Lua 5.3 makes it a double (docs/decisions/0003-one-number-type.md). After the expression: BeTraceDSL, then Lua. Doubles are their 64 bits.
`;

const noLua = whyNoLua();
if (noLua !== undefined) process.stderr.write(`SKIPPED: ${noLua}\n`);

(noLua === undefined ? describe : describe.skip)('as the reference implementation of Lua 5.3', () => {
  const cases = new Map<string, () => Value>();
  for (const [a, x] of VALUES) {
    for (const [operator, apply] of Object.entries(UNARY)) {
      cases.set(`${operator}(${a})`, () => apply(x));
    }
    for (const name of FUNCTIONS) {
      cases.set(`${name}(${a})`, () => callLibrary(name, [x], false));
    }
    for (const [b, y] of VALUES) {
      for (const [operator, apply] of Object.entries(BINARY)) {
        cases.set(`(${a}) ${operator} (${b})`, () => apply(x, y));
      }
      // Lua's own functions also accept strings, and compare them as strings.
      if (!isNumber(x) || !isNumber(y)) continue;
      for (const name of ['math.max', 'math.min'] as const) cases.set(`${name}(${a}, ${b})`, () => callLibrary(name, [x, y], false));
    }
  }

  it('every operator and function gives the same value, or the same error, on every pair of values, but for the listed exceptions', () => {
    const answers = evaluatedByReference([...cases.keys()]);
    const different = [...cases].flatMap(([text, evaluate], index) => {
      const [ours, theirs] = [shown(evaluate), answers[index]];
      return ours === theirs ? [] : [`${text}\t${ours}\t${theirs}`];
    });
    if (process.env['EXCEPTIONS'] === 'write') writeFileSync(EXCEPTIONS, `${HEAD}${different.join('\n')}\n`);
    const known = readFileSync(EXCEPTIONS, 'utf8')
      .replaceAll(/^#.*\n/gm, '')
      .trimEnd()
      .split('\n');
    // Every difference is listed, and every listed one exists.
    expect(different).toEqual(known);
    expect(answers.length).toBeGreaterThan(10_000);
  });
});
