import { type ArithmeticOperator, luaArithmetic, luaBitwiseNot, luaNegate, toNumber } from '../lua-arithmetic.js';
import { LuaError } from '../lua-error.js';
import { formatNumber } from '../lua-number.js';
import { isNumber } from '../lua-value.js';
import { stringTest } from '../string-tests.js';
import type { StringTestName } from '../syntax.js';
import type { Value } from '../value.js';
import type { Bridge } from './bridge.js';
import type { Budget } from './budget.js';
import { lua } from './fengari.js';
import { entriesOf, isView } from './handles.js';
import { ARITHMETIC_HELPERS } from './lua-text.js';
import {
  badArgument,
  bytesArgument,
  type CFunction,
  guarded,
  integerArgument,
  type LuaState,
  payloadAt,
  pushBytes,
  pushText,
  setFunction,
  tableArgument,
  typeAt,
} from './stack.js';

/** Adds Lua's basic functions that are pure, and the helpers of lua-text.ts, to the table on top of the stack. */
export function addBaseFunctions(L: LuaState, bridge: Bridge, budget: Budget): void {
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
    pairs: () => pairs(L, bridge),
    ipairs: () => ipairs(L),
    select: () => select(L),
    tonumber: () => convertToNumber(L, bridge),
    tostring: () => {
      const bytes = tostringBytes(L, bridge, 1);
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
  };
  for (const [name, f] of Object.entries(functions)) setFunction(L, name, f);
  for (const [operator, name] of Object.entries(ARITHMETIC_HELPERS)) {
    setFunction(L, name, () => result(bridge, arithmetic(L, operator as ArithmeticOperator, bridge, budget)));
  }
  setFunction(L, '__unm', () => result(bridge, luaNegate(operand(L, bridge, 1))));
  setFunction(L, '__bnot', () => result(bridge, luaBitwiseNot(operand(L, bridge, 1, 'perform bitwise operation on'))));
  for (const test of ['contains', 'starts_with', 'ends_with', 'matches'] as const)
    setFunction(L, `__${test}`, () => runStringTest(L, test, bridge, budget));
}

function result(bridge: Bridge, value: Value): number {
  bridge.push(value);
  return 1;
}

function arithmetic(L: LuaState, operator: ArithmeticOperator, bridge: Bridge, budget: Budget): Value {
  const verb = operator === '..' ? 'concatenate' : BITWISE.has(operator) ? 'perform bitwise operation on' : 'perform arithmetic on';
  const left = operand(L, bridge, 1, verb);
  const right = operand(L, bridge, 2, verb);
  if (operator === '..') budget.allocate(sizeOf(left) + sizeOf(right));
  return luaArithmetic(operator, left, right);
}

const BITWISE: ReadonlySet<string> = new Set(['&', '|', '~', '<<', '>>']);

/** An operand of an operator; functions have no counterpart among values and are refused here. */
function operand(L: LuaState, bridge: Bridge, index: number, verb = 'perform arithmetic on'): Value {
  if (lua.lua_type(L, index) === lua.LUA_TFUNCTION) throw new LuaError(`attempt to ${verb} a function value`);
  return bridge.at(index);
}

function sizeOf(value: Value): number {
  return typeof value === 'string' ? value.length * 3 : value instanceof Uint8Array ? value.length : 24;
}

function runStringTest(L: LuaState, test: StringTestName, bridge: Bridge, budget: Budget): number {
  const [subject, pattern] = [bridge.at(1), bridge.at(2)];
  budget.spend(1 + ((sizeOf(subject) + sizeOf(pattern)) >> 4));
  lua.lua_pushboolean(L, stringTest(test, subject, pattern));
  return 1;
}

/** What a protected call and an error in it cost: much more than an instruction (JavaScript exceptions). */
const PCALL_STEPS = 50;
const ERROR_STEPS = 500;

/** Errors of the budget go through every pcall: nothing a script does can keep it running. */
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
  const entries = entriesOf(payloadAt(L, 1));
  if (entries === undefined) {
    if (lua.lua_type(L, 1) !== lua.LUA_TTABLE) throw badArgument(L, 1, 'next', 'table');
    if (lua.lua_next(L, 1) !== 0) return 2;
    lua.lua_pushnil(L);
    return 1;
  }
  const key = bridge.at(2);
  const place = key === undefined ? -1 : entries.findIndex(([name]) => name === key);
  return pushEntry(L, bridge, entries[place + 1]);
}

function pushEntry(L: LuaState, bridge: Bridge, entry: readonly [string | number, unknown] | undefined): number {
  if (entry === undefined) {
    lua.lua_pushnil(L);
    return 1;
  }
  bridge.push(entry[0]);
  if (isView(entry[1])) bridge.pushObject(entry[1]);
  else bridge.push(entry[1] as Value);
  return 2;
}

function pairs(L: LuaState, bridge: Bridge): number {
  tableArgument(L, 1, 'pairs');
  const entries = entriesOf(payloadAt(L, 1));
  let place = 0;
  const step = entries === undefined ? () => next(L, bridge) : () => pushEntry(L, bridge, entries[place++]);
  lua.lua_pushcfunction(L, guarded(step));
  lua.lua_pushvalue(L, 1);
  lua.lua_pushnil(L);
  return 3;
}

function ipairs(L: LuaState): number {
  if (lua.lua_gettop(L) === 0) throw new LuaError("bad argument #1 to 'ipairs' (table expected, got no value)");
  const step = () => {
    const index = lua.lua_tonumber(L, 2) + 1;
    lua.lua_pushnumber(L, index);
    return lua.lua_geti(L, 1, index) === lua.LUA_TNIL ? 1 : 2;
  };
  lua.lua_pushcfunction(L, guarded(step));
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

function convertToNumber(L: LuaState, bridge: Bridge): number {
  if (lua.lua_gettop(L) === 0) throw new LuaError("bad argument #1 to 'tonumber' (value expected)");
  if (lua.lua_type(L, 2) <= lua.LUA_TNIL) return result(bridge, toNumber(bridge.at(1)));
  const base = integerArgument(L, 2, 'tonumber');
  if (base < 2 || base > 36) throw new LuaError("bad argument #2 to 'tonumber' (base out of range)");
  if (lua.lua_type(L, 1) !== lua.LUA_TSTRING) throw badArgument(L, 1, 'tonumber', 'string');
  const text = toText(L, bridge, 1).trim().toLowerCase();
  const digits = text.replace(/^-/, '');
  const isValid = digits.length > 0 && digits.length <= 64 && [...digits].every((digit) => Number.parseInt(digit, 36) < base);
  return result(bridge, isValid ? Number.parseInt(text, base) : undefined);
}

/** `tostring`: numbers as the language writes them, tables without their address (which is no fact of the trace). */
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
