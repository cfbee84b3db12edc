import type { Value } from '../value.js';
import { LuaError } from './lua-error.js';

/**
 * Lua 5.3's meaning of values: truth, equality, order, length. Integers are numbers while safe and bigints beyond (value.ts);
 * JavaScript compares the two exactly. Arithmetic is in lua-arithmetic.ts.
 */

/** Only nil and false are false. */
export function isTruthy(value: Value): boolean {
  return value !== undefined && value !== false;
}

/** Types as error messages name them. */
export type LuaType = 'nil' | 'boolean' | 'number' | 'string' | 'table';

/** The name of a value's type. */
export function luaType(value: Value): LuaType {
  switch (typeof value) {
    case 'undefined':
      return 'nil';
    case 'boolean':
      return 'boolean';
    case 'number':
    case 'bigint':
      return 'number';
    case 'string':
      return 'string';
    default:
      return value instanceof Uint8Array ? 'string' : 'table';
  }
}

/** `==`: numbers by value in any representation, strings by bytes, tables by identity. */
export function luaEquals(left: Value, right: Value): boolean {
  if (left === right) return true;
  const type = typeof left;
  if (type === 'bigint' || type === 'number') {
    // biome-ignore lint/suspicious/noDoubleEquals: bigint == number compares the exact values
    return (typeof right === 'bigint' || typeof right === 'number') && left == right;
  }
  if (left instanceof Uint8Array) return typeof right === 'string' || right instanceof Uint8Array ? compareBytes(left, right) === 0 : false;
  if (right instanceof Uint8Array) return typeof left === 'string' && compareBytes(left, right) === 0;
  return false;
}

/** `<`. @throws LuaError when the two can't be ordered */
export function luaLess(left: Value, right: Value): boolean {
  if (isNumber(left) && isNumber(right)) return left < right;
  if (isString(left) && isString(right)) return compareStrings(left, right) < 0;
  throw incomparable(left, right);
}

/** `<=`. @throws LuaError when the two can't be ordered */
export function luaLessOrEqual(left: Value, right: Value): boolean {
  if (isNumber(left) && isNumber(right)) return left <= right;
  if (isString(left) && isString(right)) return compareStrings(left, right) <= 0;
  throw incomparable(left, right);
}

/** Lua's comparisons by operator. @throws LuaError when the two can't be ordered */
export const LUA_COMPARISONS = {
  '==': luaEquals,
  '~=': (left: Value, right: Value): boolean => !luaEquals(left, right),
  '<': luaLess,
  '<=': luaLessOrEqual,
  '>': (left: Value, right: Value): boolean => luaLess(right, left),
  '>=': (left: Value, right: Value): boolean => luaLessOrEqual(right, left),
} as const;

export type ComparisonOperator = keyof typeof LUA_COMPARISONS;

export function isComparison(operator: string): operator is ComparisonOperator {
  return Object.hasOwn(LUA_COMPARISONS, operator);
}

/** The error of an ordering comparison, as Lua words it. `a > b` is `b < a` in Lua, so its operands come swapped. */
function incomparable(left: Value, right: Value): LuaError {
  return new LuaError(incomparableText(luaType(left), luaType(right)));
}

/** Its text. */
export function incomparableText(left: LuaType, right: LuaType): string {
  return left === right ? `attempt to compare two ${left} values` : `attempt to compare ${left} with ${right}`;
}

/** `#`: bytes of a string (UTF-8), items of an array, nothing for a map. @throws LuaError */
export function luaLength(value: Value): number {
  if (typeof value === 'string') return utf8Length(value);
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length;
  if (typeof value === 'object') return 0;
  throw new LuaError(`attempt to get length of a ${luaType(value)} value`);
}

/** `object[key]`: arrays count from 1. @throws LuaError unless the object is a table (or a string, which has no items) */
export function luaIndex(object: Value, key: Value): Value {
  if (typeof object === 'object' && !(object instanceof Uint8Array)) {
    if (Array.isArray(object)) return isNumber(key) ? (object as readonly Value[])[Number(key) - 1] : undefined;
    return typeof key === 'string' && Object.hasOwn(object, key) ? (object as { readonly [key: string]: Value })[key] : undefined;
  }
  if (isString(object)) return undefined;
  throw new LuaError(`attempt to index a ${luaType(object)} value`);
}

/** Bytes of a string in UTF-8. A lone surrogate counts as U+FFFD does: three. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(at + 1))) ? 1 : 2;
    if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(at + 1))) {
      // The pair is 4 bytes: 2 units + 1 + 1 more.
      bytes += 1;
      at++;
    }
  }
  return bytes;
}

/** Order by bytes, as strcmp in the C locale. Negative, 0 or positive. */
export function compareStrings(left: string | Uint8Array, right: string | Uint8Array): number {
  if (typeof left === 'string' && typeof right === 'string') return compareTexts(left, right);
  return compareBytes(left, right);
}

/** UTF-16 texts in the order of their UTF-8 bytes: the order of units, but surrogates come after U+E000…U+FFFF. */
function compareTexts(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a === b) continue;
    const aIsSurrogate = (a & 0xf800) === 0xd800;
    const bIsSurrogate = (b & 0xf800) === 0xd800;
    if (aIsSurrogate !== bIsSurrogate) return (aIsSurrogate ? b : a) < 0xd800 ? a - b : aIsSurrogate ? 1 : -1;
    return a - b;
  }
  return left.length - right.length;
}

function compareBytes(left: string | Uint8Array, right: string | Uint8Array): number {
  const a = bytesOf(left);
  const b = bytesOf(right);
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = (a[at] as number) - (b[at] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

const encoder = new TextEncoder();

/** The bytes of a string value. */
export function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === 'string' ? encoder.encode(value) : value;
}

export function isNumber(value: Value): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

export function isString(value: Value): value is string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
