import { type Budget, CALL_STEPS } from '../../values/lua/budget.js';
import { type ArithmeticOperator, luaArithmetic, luaBitwiseNot, luaNegate, toNumber } from '../../values/lua/lua-arithmetic.js';
import { LuaError } from '../../values/lua/lua-error.js';
import { formatNumber } from '../../values/lua/lua-number.js';
import { isNumber } from '../../values/lua/lua-value.js';
import type { StringTestName } from '../../values/lua/string-tests.js';
import { stringTest } from '../../values/lua/string-tests.js';
import type { Value } from '../../values/value.js';
import type { Bridge } from '../bridge/bridge.js';
import { lua } from '../bridge/fengari.js';
import { isView, type TableEntry } from '../bridge/handles.js';
import { ARITHMETIC_HELPERS } from '../bridge/lua-text.js';
import {
  badArgument,
  bytesArgument,
  type CFunction,
  guarded,
  integerArgument,
  type LuaState,
  MAX_RESULTS,
  payloadAt,
  pushBytes,
  pushText,
  setFunction,
  tableArgument,
  typeAt,
} from '../bridge/stack.js';
import { Comparison } from './comparison.js';
import type { ScriptPatterns } from './script-patterns.js';

/** Adds Lua's pure basic functions, and the helpers of lua-text.ts, to the table on top of the stack. */
export function addBaseFunctions(L: LuaState, bridge: Bridge, budget: Budget, patterns: ScriptPatterns): void {
  const comparison = new Comparison(L, bridge, budget);
  const answer = (holds: boolean): number => {
    lua.lua_pushboolean(L, holds);
    return 1;
  };
  const functions: Readonly<Record<string, CFunction>> = {
    assert: () => {
      if (lua.lua_toboolean(L, 1)) return lua.lua_gettop(L);
      if (lua.lua_gettop(L) < 2) throw new LuaError('assertion failed!');
      lua.lua_settop(L, 2);
      return lua.lua_error(L);
    },
    error: () => {
      lua.lua_settop(L, 2);
      const level = integerArgument(L, 2, 'error', 1);
      if (lua.lua_type(L, 1) === lua.LUA_TSTRING && level > 0) throw new LuaError(toText(L, bridge, 1));
      lua.lua_settop(L, 1);
      return lua.lua_error(L);
    },
    pcall: () => protectedCall(L, budget),
    next: () => next(L, bridge),
    pairs: () => pairs(L, bridge, budget),
    ipairs: () => ipairs(L, budget),
    select: () => select(L),
    tonumber: () => convertToNumber(L, bridge, budget),
    tostring: () => {
      const bytes = tostringBytes(L, bridge, 1);
      budget.spend(CALL_STEPS);
      budget.allocate(bytes.length);
      pushBytes(L, bytes);
      return 1;
    },
    type: () => {
      if (lua.lua_gettop(L) === 0) throw new LuaError("bad argument #1 to 'type' (value expected)");
      pushText(L, typeAt(L, 1));
      return 1;
    },
    __int64: () => {
      bridge.push(BigInt(toText(L, bridge, 1)));
      return 1;
    },
    __eq: () => answer(comparison.equal(1, 2)),
    __ne: () => answer(!comparison.equal(1, 2)),
    __lt: () => answer(comparison.less(1, 2)),
    __le: () => answer(comparison.lessOrEqual(1, 2)),
    // `a > b` is `b < a`, with a evaluated first.
    __gt: () => answer(comparison.less(2, 1)),
    __ge: () => answer(comparison.lessOrEqual(2, 1)),
    __made: () => {
      budget.spend(MADE_STEPS);
      return 1;
    },
    __all: () => {
      const count = lua.lua_gettop(L);
      if (count > MAX_RESULTS) budget.refuse('too many arguments');
      budget.spend(count);
      return count;
    },
  };
  for (const [name, f] of Object.entries(functions)) setFunction(L, budget, name, f);
  for (const [operator, name] of Object.entries(ARITHMETIC_HELPERS)) {
    setFunction(L, budget, name, () => result(bridge, arithmetic(L, operator as ArithmeticOperator, bridge, budget)));
  }
  setFunction(L, budget, '__unm', () => result(bridge, luaNegate(operand(L, bridge, budget, 1))));
  setFunction(L, budget, '__bnot', () => result(bridge, luaBitwiseNot(operand(L, bridge, budget, 1, 'perform bitwise operation on'))));
  for (const test of ['contains', 'starts_with', 'ends_with'] as const)
    setFunction(L, budget, `__${test}`, () => answer(runStringTest(L, test, bridge, budget)));
  setFunction(L, budget, '__matches', () => answer(patterns.matches(scanned(L, bridge, budget, 1), bridge.at(2), lua.lua_toboolean(L, 3))));
}

function result(bridge: Bridge, value: Value): number {
  bridge.push(value);
  return 1;
}

function arithmetic(L: LuaState, operator: ArithmeticOperator, bridge: Bridge, budget: Budget): Value {
  const verb = operator === '..' ? 'concatenate' : BITWISE.has(operator) ? 'perform bitwise operation on' : 'perform arithmetic on';
  const left = operand(L, bridge, budget, 1, verb);
  const right = operand(L, bridge, budget, 2, verb);
  // Integers beyond 2^53 are boxed; other numbers are not.
  if (typeof left === 'bigint' || typeof right === 'bigint') budget.spend(2 * CALL_STEPS);
  if (operator === '..' && (isNumber(left) || isNumber(right))) budget.spend(CALL_STEPS);
  return luaArithmetic(operator, left, right);
}

const BITWISE: ReadonlySet<string> = new Set(['&', '|', '~', '<<', '>>']);

/** An operand; functions have no equivalent value and are refused here. */
function operand(L: LuaState, bridge: Bridge, budget: Budget, index: number, verb = 'perform arithmetic on'): Value {
  if (lua.lua_type(L, index) === lua.LUA_TFUNCTION) throw new LuaError(`attempt to ${verb} a function value`);
  return scanned(L, bridge, budget, index);
}

/** The value at a stack index; a string is charged by its length. */
function scanned(L: LuaState, bridge: Bridge, budget: Budget, index: number): Value {
  if (lua.lua_type(L, index) === lua.LUA_TSTRING) budget.scan(lua.lua_tostring(L, index).length);
  return bridge.at(index);
}

function runStringTest(L: LuaState, test: StringTestName, bridge: Bridge, budget: Budget): boolean {
  return stringTest(test, scanned(L, bridge, budget, 1), scanned(L, bridge, budget, 2));
}

/** The cost of a Lua table or function, mostly for its garbage collection. It also bounds their number. */
const MADE_STEPS = 30;

/** The costs of a protected call, and of an error in it: JavaScript exceptions are slow. */
const PCALL_STEPS = 50;
const ERROR_STEPS = 500;

/** Errors of the budget pass through every pcall, so that a script cannot continue after one. */
function protectedCall(L: LuaState, budget: Budget): number {
  if (lua.lua_gettop(L) === 0) throw new LuaError("bad argument #1 to 'pcall' (value expected)");
  budget.spend(PCALL_STEPS);
  const status = lua.lua_pcall(L, lua.lua_gettop(L) - 1, lua.LUA_MULTRET, 0);
  if (status !== lua.LUA_OK) budget.spend(ERROR_STEPS);
  if (status !== lua.LUA_OK && (budget.exceeded || status < 0)) {
    budget.exceeded = true;
    return lua.lua_error(L);
  }
  lua.lua_pushboolean(L, status === lua.LUA_OK);
  lua.lua_insert(L, 1);
  return lua.lua_gettop(L);
}

function next(L: LuaState, bridge: Bridge): number {
  tableArgument(L, 1, 'next');
  lua.lua_settop(L, 2);
  const entries = bridge.entries(payloadAt(L, 1));
  if (entries !== undefined) return pushEntry(L, bridge, entries.after(bridge.at(2)));
  if (lua.lua_type(L, 1) !== lua.LUA_TTABLE) throw badArgument(L, 1, 'next', 'table');
  if (lua.lua_next(L, 1) !== 0) return 2;
  lua.lua_pushnil(L);
  return 1;
}

function pushEntry(L: LuaState, bridge: Bridge, entry: TableEntry | undefined): number {
  if (entry === undefined) {
    lua.lua_pushnil(L);
    return 1;
  }
  bridge.push(entry[0]);
  if (isView(entry[1])) bridge.pushObject(entry[1]);
  else bridge.push(entry[1] as Value);
  return 2;
}

function pairs(L: LuaState, bridge: Bridge, budget: Budget): number {
  tableArgument(L, 1, 'pairs');
  const entries = bridge.entries(payloadAt(L, 1));
  let place = 0;
  const step = entries === undefined ? () => next(L, bridge) : () => pushEntry(L, bridge, entries.at(place++));
  lua.lua_pushcfunction(L, guarded(budget, step));
  lua.lua_pushvalue(L, 1);
  lua.lua_pushnil(L);
  return 3;
}

function ipairs(L: LuaState, budget: Budget): number {
  if (lua.lua_gettop(L) === 0) throw new LuaError("bad argument #1 to 'ipairs' (table expected, got no value)");
  const step = () => {
    const index = lua.lua_tonumber(L, 2) + 1;
    lua.lua_pushnumber(L, index);
    return lua.lua_geti(L, 1, index) === lua.LUA_TNIL ? 1 : 2;
  };
  lua.lua_pushcfunction(L, guarded(budget, step));
  lua.lua_pushvalue(L, 1);
  lua.lua_pushnumber(L, 0);
  return 3;
}

function select(L: LuaState): number {
  const count = lua.lua_gettop(L);
  if (lua.lua_type(L, 1) === lua.LUA_TSTRING && lua.lua_tostring(L, 1)[0] === 35) {
    lua.lua_pushnumber(L, count - 1);
    return 1;
  }
  const place = integerArgument(L, 1, 'select');
  const from = place < 0 ? count + place : place;
  if (from < 1) throw new LuaError("bad argument #1 to 'select' (index out of range)");
  return Math.max(0, count - from);
}

function convertToNumber(L: LuaState, bridge: Bridge, budget: Budget): number {
  if (lua.lua_gettop(L) === 0) throw new LuaError("bad argument #1 to 'tonumber' (value expected)");
  const value = scanned(L, bridge, budget, 1);
  if (lua.lua_type(L, 2) <= lua.LUA_TNIL) return result(bridge, toNumber(value));
  const base = integerArgument(L, 2, 'tonumber');
  if (base < 2 || base > 36) throw new LuaError("bad argument #2 to 'tonumber' (base out of range)");
  if (lua.lua_type(L, 1) !== lua.LUA_TSTRING) throw badArgument(L, 1, 'tonumber', 'string');
  const text = toText(L, bridge, 1).trim().toLowerCase();
  const digits = text.replace(/^-/, '');
  const isValid = digits.length > 0 && digits.length <= 64 && [...digits].every((digit) => Number.parseInt(digit, 36) < base);
  return result(bridge, isValid ? Number.parseInt(text, base) : undefined);
}

/** `tostring`: numbers in the language's format, tables without their address, which would vary. */
export function tostringBytes(L: LuaState, bridge: Bridge, index: number): Uint8Array {
  if (lua.lua_type(L, index) === lua.LUA_TSTRING) return lua.lua_tostring(L, index);
  const type = typeAt(L, index);
  if (type === 'no value') throw new LuaError(`bad argument #${index} to 'tostring' (value expected)`);
  const value = type === 'function' ? undefined : bridge.at(index);
  const text = isNumber(value) ? formatNumber(value) : type === 'boolean' ? String(value) : type;
  return new TextEncoder().encode(text);
}

function toText(L: LuaState, bridge: Bridge, index: number): string {
  const value = bridge.at(index);
  return typeof value === 'string' ? value : new TextDecoder().decode(bytesArgument(L, index, 'string'));
}
