import type { Value } from '../value.js';
import { LuaError } from './lua-error.js';
import { formatNumber, parseNumeral, wrap } from './lua-number.js';
import { isNumber, isString, luaType } from './lua-value.js';

/** Comparison and arithmetic; `~=` is Lua's `!=`. */
export type BinaryOperator =
  | '=='
  | '~='
  | '<'
  | '<='
  | '>'
  | '>='
  | '+'
  | '-'
  | '*'
  | '/'
  | '//'
  | '%'
  | '^'
  | '..'
  | '&'
  | '|'
  | '~'
  | '<<'
  | '>>';

/**
 * Lua 5.3's arithmetic on BeTraceDSL's numbers. Two integers give an integer of 64 bits that wraps around (a number while
 * safe, else a bigint); `/` and `^` are always double. A double with an integral safe value is the integer (value.ts).
 */
export type ArithmeticOperator = Exclude<BinaryOperator, '==' | '~=' | '<' | '<=' | '>' | '>='>;
type Numeric = number | bigint;

/** @throws LuaError when an operand is not a number (strings that hold a number are, as in Lua) */
export function luaArithmetic(operator: ArithmeticOperator, left: Value, right: Value): Value {
  if (operator === '..') return concatenate(left, right);
  if (isBitwise(operator)) return bitwise(operator, left, right);
  const a = toNumber(left);
  const b = toNumber(right);
  if (a === undefined || b === undefined) {
    throw arithmeticError(a === undefined ? left : right);
  }
  return isInteger(a) && isInteger(b) && operator !== '/' && operator !== '^'
    ? integerResult(operator, a, b)
    : doubleResult(operator, Number(a), Number(b));
}

/** Unary minus. @throws LuaError */
export function luaNegate(operand: Value): Value {
  const number = toNumber(operand);
  if (number === undefined) throw arithmeticError(operand);
  if (typeof number === 'bigint') return wrap(-number);
  return 0 - number;
}

/** `~x`. @throws LuaError */
export function luaBitwiseNot(operand: Value): Value {
  return wrap(~bitwiseOperands(operand, operand)[0]);
}

function isInteger(value: Numeric): boolean {
  return typeof value === 'bigint' || Number.isSafeInteger(value);
}

function integerResult(operator: '+' | '-' | '*' | '//' | '%', a: Numeric, b: Numeric): Numeric {
  if (typeof a === 'number' && typeof b === 'number') {
    const result = safeResult(operator, a, b);
    if (Number.isSafeInteger(result)) return result + 0;
  }
  const x = BigInt(a);
  const y = BigInt(b);
  switch (operator) {
    case '+':
      return wrap(x + y);
    case '-':
      return wrap(x - y);
    case '*':
      return wrap(x * y);
    case '//':
      if (y === 0n) throw new LuaError('attempt to divide by zero');
      return wrap(x / y - (x % y !== 0n && x < 0n !== y < 0n ? 1n : 0n));
    case '%': {
      if (y === 0n) throw new LuaError("attempt to perform 'n%0'");
      const remainder = x % y;
      return wrap(remainder !== 0n && remainder < 0n !== y < 0n ? remainder + y : remainder);
    }
  }
}

/** Exact when the result is a safe integer; the caller repeats it with bigints otherwise. */
function safeResult(operator: '+' | '-' | '*' | '//' | '%', a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '%': {
      const remainder = a % b;
      return remainder !== 0 && remainder < 0 !== b < 0 ? remainder + b : remainder;
    }
    default:
      // a / b rounds; floor of it can be one off near 2^53: leave those to the bigints.
      return Math.abs(a) < 2 ** 51 ? Math.floor(a / b) : Number.NaN;
  }
}

function doubleResult(operator: '+' | '-' | '*' | '/' | '//' | '%' | '^', a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / (b + 0);
    case '//':
      return Math.floor(a / (b + 0));
    case '^':
      return power(a, b);
    case '%': {
      const remainder = a % b;
      return remainder * b < 0 ? remainder + b : remainder;
    }
  }
}

/** C's pow: JavaScript's differs for 1 ^ nan and (±1) ^ inf. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)) return 1;
  return base ** exponent;
}

function isBitwise(operator: ArithmeticOperator): operator is '&' | '|' | '~' | '<<' | '>>' {
  return operator === '&' || operator === '|' || operator === '~' || operator === '<<' || operator === '>>';
}

function bitwise(operator: '&' | '|' | '~' | '<<' | '>>', left: Value, right: Value): Numeric {
  const [a, b] = bitwiseOperands(left, right);
  switch (operator) {
    case '&':
      return wrap(a & b);
    case '|':
      return wrap(a | b);
    case '~':
      return wrap(a ^ b);
    case '<<':
      return shiftLeft(a, b);
    case '>>':
      return shiftLeft(a, -b);
  }
}

/** Logical shifts: a negative distance shifts right, 64 or more shifts everything out. */
function shiftLeft(value: bigint, distance: bigint): Numeric {
  if (distance >= 64n || distance <= -64n) return 0;
  return distance >= 0n ? wrap(value << distance) : wrap(BigInt.asUintN(64, value) >> -distance);
}

const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 63n - 1n;

/** @throws LuaError when a number is not a 64-bit integer */
function toInteger(value: Numeric): bigint {
  if (typeof value === 'bigint') return value;
  if (Number.isInteger(value)) {
    const integer = BigInt(value);
    if (integer >= MIN_INTEGER && integer <= MAX_INTEGER) return integer;
  }
  throw new LuaError('number has no integer representation');
}

function bitwiseOperands(left: Value, right: Value): readonly [bigint, bigint] {
  const a = toNumber(left);
  const b = toNumber(right);
  if (a === undefined || b === undefined) {
    throw new LuaError(`attempt to perform bitwise operation on a ${luaType(a === undefined ? left : right)} value`);
  }
  return [toInteger(a), toInteger(b)];
}

/** Numbers and strings; anything else is an error. @throws LuaError */
export function concatenate(left: Value, right: Value): string | Uint8Array {
  const a = toText(left);
  const b = toText(right);
  if (a === undefined || b === undefined) throw new LuaError(`attempt to concatenate a ${luaType(a === undefined ? left : right)} value`);
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  const x = typeof a === 'string' ? encoder.encode(a) : a;
  const y = typeof b === 'string' ? encoder.encode(b) : b;
  const joined = new Uint8Array(x.length + y.length);
  joined.set(x);
  joined.set(y, x.length);
  return joined;
}

const encoder = new TextEncoder();

function toText(value: Value): string | Uint8Array | undefined {
  if (isString(value)) return value;
  return isNumber(value) ? formatNumber(value) : undefined;
}

/** A number, or a string that holds one; otherwise undefined. */
export function toNumber(value: Value): Numeric | undefined {
  if (isNumber(value)) return value;
  return typeof value === 'string' ? parseNumeral(value) : undefined;
}

function arithmeticError(culprit: Value): LuaError {
  return new LuaError(`attempt to perform arithmetic on a ${luaType(culprit)} value`);
}
