import { type ArithmeticOperator, luaArithmetic, luaBitwiseNot, luaNegate } from '../../values/lua/lua-arithmetic.js';
import { LuaError } from '../../values/lua/lua-error.js';
import { formatNumber } from '../../values/lua/lua-number.js';
import { compareStrings, isNumber, utf8Length } from '../../values/lua/lua-value.js';
import type { Value } from '../../values/value.js';
import { LuaTable } from './lua-table.js';
import { BAIL_OUT, bailOut, MAX_DEPTH, type ScriptRun } from './script-run.js';

/**
 * The operators of compiled scripts. Values are those of the language (value.ts), the script's tables and functions, and spans with their parts.
 * Bytes that are not UTF-8 are left to the sandbox. A LuaError only says that the script fails: its message lacks the names and lines of the
 * sandbox's.
 */

function truthy(value: unknown): boolean {
  return value !== undefined && value !== false;
}

/** Numbers only: the conversion of strings is left to the sandbox. */
function numeric(value: unknown): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'string') throw BAIL_OUT;
  throw new LuaError('attempt to perform arithmetic on a value that is not a number');
}

function compute(operator: ArithmeticOperator, a: unknown, b: unknown): Value {
  return luaArithmetic(operator, numeric(a), numeric(b));
}

const MAX = Number.MAX_SAFE_INTEGER;

/** A sum below 2^53 is exact if both operands are integers. */
function add(a: unknown, b: unknown): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (sum <= MAX && sum >= -MAX) return sum + 0;
  }
  return compute('+', a, b);
}

function subtract(a: unknown, b: unknown): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (difference <= MAX && difference >= -MAX) return difference + 0;
  }
  return compute('-', a, b);
}

function multiply(a: unknown, b: unknown): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    // Only doubles keep the sign of a zero.
    if (product !== 0 && product <= MAX && product >= -MAX) return product;
  }
  return compute('*', a, b);
}

/** Below this a quotient is exact after rounding down. */
const EXACT = 2 ** 51;

function floorDivide(a: unknown, b: unknown): Value {
  // The addition turns -0 into the integer 0.
  if (typeof a === 'number' && typeof b === 'number' && a >= 0 && a < EXACT && b > 0) return Math.floor(a / b) + 0;
  return compute('//', a, b);
}

function modulo(a: unknown, b: unknown): Value {
  if (typeof a === 'number' && typeof b === 'number' && a >= 0 && b > 0) return (a % b) + 0;
  return compute('%', a, b);
}

/** Divides as the sandbox's interpreter does. */
function divide(a: unknown, b: unknown): number {
  return Number(numeric(a)) / Number(numeric(b));
}

function power(a: unknown, b: unknown): number {
  const result = Number(numeric(a)) ** Number(numeric(b));
  return Number.isNaN(result) ? bailOut() : result;
}

function negate(a: unknown): Value {
  return typeof a === 'number' ? 0 - a : luaNegate(numeric(a));
}

function bitwiseNot(a: unknown): Value {
  return luaBitwiseNot(numeric(a));
}

function concatenate(run: ScriptRun, a: unknown, b: unknown): string {
  const left = asText(run, a);
  const right = asText(run, b);
  return run.text(left + right);
}

function asText(run: ScriptRun, value: unknown): string {
  if (typeof value === 'string') return run.text(value);
  if (isNumber(value as Value)) return formatNumber(value as number | bigint);
  throw new LuaError('attempt to concatenate a value that is neither a string nor a number');
}

/** `==`. */
function equal(run: ScriptRun, a: unknown, b: unknown): boolean {
  if (typeof a === 'string') {
    if (typeof b !== 'string') return false;
    run.text(a.length < b.length ? a : b);
    return a === b;
  }
  if (a === b) return typeof a === 'function' ? bailOut() : true;
  if (typeof a === 'function' && typeof b === 'function') bailOut();
  // biome-ignore lint/suspicious/noDoubleEquals: bigint == number compares the exact values
  return isNumber(a as Value) && isNumber(b as Value) && (a as number) == b;
}

/** `<`. */
function less(run: ScriptRun, a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  if (typeof a === 'string' && typeof b === 'string') return compared(run, a, b) < 0;
  return ordered(a) < ordered(b);
}

/** `<=`. */
function lessOrEqual(run: ScriptRun, a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a <= b;
  if (typeof a === 'string' && typeof b === 'string') return compared(run, a, b) <= 0;
  return ordered(a) <= ordered(b);
}

function compared(run: ScriptRun, a: string, b: string): number {
  run.text(a.length < b.length ? a : b);
  return compareStrings(a, b);
}

function ordered(value: unknown): number | bigint {
  if (isNumber(value as Value)) return value as number | bigint;
  throw new LuaError('attempt to compare values without an order');
}

/** `#`. */
function length(run: ScriptRun, value: unknown): number {
  if (typeof value === 'string') return utf8Length(run.text(value));
  if (value instanceof LuaTable || Array.isArray(value)) return value.length;
  if (typeof value === 'object') return 0;
  throw new LuaError('attempt to get the length of a value without a length');
}

/** `f(…)`. */
function call(run: ScriptRun, callee: unknown, ...args: readonly unknown[]): unknown {
  if (typeof callee !== 'function') throw new LuaError('attempt to call a value that is not a function');
  if (++run.depth > MAX_DEPTH) bailOut();
  const result: unknown = callee(...args);
  run.depth--;
  return result;
}

/** By their names in the generated code. */
export const OPERATIONS = {
  truthy,
  compute,
  add,
  subtract,
  multiply,
  divide,
  floorDivide,
  modulo,
  power,
  negate,
  bitwiseNot,
  concatenate,
  equal,
  less,
  lessOrEqual,
  length,
  call,
  bailOut,
};
