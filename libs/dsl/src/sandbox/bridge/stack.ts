import type { Budget } from '../../values/lua/budget.js';
import { LuaError } from '../../values/lua/lua-error.js';
import { formatNumber } from '../../values/lua/lua-number.js';
import { bytesOf } from '../../values/lua/lua-value.js';
import { type CFunction, type LuaState, lauxlib, lua } from './fengari.js';

export type { CFunction, LuaState };

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function textOfBytes(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Wraps a function for Lua: charges each call, and turns a LuaError into an error of Lua with its line. */
export function guarded(budget: Budget, f: CFunction): CFunction {
  return (L) => {
    try {
      budget.call();
      return f(L);
    } catch (error) {
      if (!(error instanceof LuaError)) throw error;
      lauxlib.luaL_where(L, 1);
      const place = lua.lua_tostring(L, -1);
      pushBytes(L, bytesOf(textOfBytes(place) + error.message));
      return lua.lua_error(L);
    }
  };
}

export function pushBytes(L: LuaState, bytes: Uint8Array): void {
  lua.lua_pushlstring(L, bytes, bytes.length);
}

export function pushText(L: LuaState, text: string): void {
  pushBytes(L, bytesOf(text));
}

/** Sets a field of the table on top of the stack to a function. */
export function setFunction(L: LuaState, budget: Budget, name: string, f: CFunction): void {
  lua.lua_pushcfunction(L, guarded(budget, f));
  lua.lua_setfield(L, -2, bytesOf(name));
}

/** The type name for scripts: boxed integers are `number`, spans and maps are `table`. */
export function typeAt(L: LuaState, index: number): string {
  const type = lua.lua_type(L, index);
  if (type < 0) return 'no value';
  if (type !== lua.LUA_TUSERDATA) return textOfBytes(lua.lua_typename(L, type));
  return typeof payloadAt(L, index) === 'bigint' ? 'number' : 'table';
}

/** The object behind a userdata; undefined for other values. */
export function payloadAt(L: LuaState, index: number): unknown {
  return lua.lua_type(L, index) === lua.LUA_TUSERDATA ? lua.lua_touserdata(L, index)?.payload : undefined;
}

export function badArgument(L: LuaState, index: number, name: string, wanted: string): LuaError {
  return new LuaError(`bad argument #${index} to '${name}' (${wanted} expected, got ${typeAt(L, index)})`);
}

/** A string argument; numbers are converted, as in Lua. @throws LuaError */
export function bytesArgument(L: LuaState, index: number, name: string): Uint8Array {
  const type = lua.lua_type(L, index);
  if (type === lua.LUA_TSTRING) return lua.lua_tostring(L, index);
  if (type === lua.LUA_TNUMBER) return bytesOf(formatNumber(lua.lua_tonumber(L, index)));
  const payload = payloadAt(L, index);
  if (typeof payload === 'bigint') return bytesOf(String(payload));
  throw badArgument(L, index, name, 'string');
}

/** An argument that must be an integer in the safe range. @throws LuaError */
export function integerArgument(L: LuaState, index: number, name: string, fallback?: number): number {
  if (fallback !== undefined && lua.lua_type(L, index) <= lua.LUA_TNIL) return fallback;
  const number = numberArgument(L, index, name);
  if (!Number.isInteger(number)) throw new LuaError(`bad argument #${index} to '${name}' (number has no integer representation)`);
  return number;
}

/** A table index, or undefined without the argument; parsed here because fengari's integers have 32 bits. @throws LuaError */
export function indexArgument(L: LuaState, index: number, name: string): number | undefined {
  if (lua.lua_type(L, index) <= lua.LUA_TNIL) return undefined;
  const place = integerArgument(L, index, name);
  if (place !== (place | 0)) throw new LuaError(`bad argument #${index} to '${name}' (position out of bounds)`);
  return place;
}

/** The maximum of results and variable arguments, because each call copies them. */
export const MAX_RESULTS = 250;

export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

/** @throws LuaError */
export function numberArgument(L: LuaState, index: number, name: string): number {
  if (lua.lua_type(L, index) === lua.LUA_TNUMBER) return lua.lua_tonumber(L, index);
  const payload = payloadAt(L, index);
  if (typeof payload === 'bigint') return Number(payload);
  const text =
    lua.lua_type(L, index) === lua.LUA_TSTRING ? Number(textOfBytes(lua.lua_tostring(L, index)).trim() || Number.NaN) : Number.NaN;
  if (Number.isNaN(text)) throw badArgument(L, index, name, 'number');
  return text;
}

/** @throws LuaError */
export function functionArgument(L: LuaState, index: number, name: string): void {
  if (lua.lua_type(L, index) !== lua.LUA_TFUNCTION) throw badArgument(L, index, name, 'function');
}

/** A table of Lua or one of the read-only tables. @throws LuaError */
export function tableArgument(L: LuaState, index: number, name: string): void {
  if (typeAt(L, index) !== 'table') throw badArgument(L, index, name, 'table');
}
