import type { Budget } from '../../values/lua/budget.js';
import { LuaError } from '../../values/lua/lua-error.js';
import type { Bridge } from '../bridge/bridge.js';
import { lauxlib, lua } from '../bridge/fengari.js';
import {
  badArgument,
  bytesArgument,
  type CFunction,
  functionArgument,
  indexArgument,
  joinBytes,
  type LuaState,
  MAX_RESULTS,
  pushBytes,
  setFunction,
  tableArgument,
  typeAt,
} from '../bridge/stack.js';
import { Comparison } from './comparison.js';
import { mergeSort } from './merge-sort.js';

/** Adds Lua's table library to the table on top of the stack; each accessed item costs a step. */
export function addTableFunctions(L: LuaState, bridge: Bridge, budget: Budget): void {
  const comparison = new Comparison(L, bridge, budget);
  const functions: Readonly<Record<string, CFunction>> = {
    concat: () => concat(L, budget),
    insert: () => insert(L, budget),
    remove: () => remove(L, budget),
    sort: () => sort(L, budget, comparison),
    unpack: () => unpack(L, budget),
  };
  for (const [name, f] of Object.entries(functions)) setFunction(L, budget, name, f);
}

function concat(L: LuaState, budget: Budget): number {
  tableArgument(L, 1, 'concat');
  const separator = lua.lua_type(L, 2) > lua.LUA_TNIL ? bytesArgument(L, 2, 'concat') : new Uint8Array();
  const first = indexArgument(L, 3, 'concat') ?? 1;
  const last = indexArgument(L, 4, 'concat') ?? lauxlib.luaL_len(L, 1);
  const pieces: Uint8Array[] = [];
  for (let index = first; index <= last; index++) {
    budget.spend(4);
    lua.lua_geti(L, 1, index);
    const type = typeAt(L, -1);
    if (type !== 'string' && type !== 'number') throw new LuaError(`invalid value (at index ${index}) in table for 'concat'`);
    const piece = bytesArgument(L, lua.lua_gettop(L), 'concat');
    budget.allocate(piece.length + separator.length);
    pieces.push(piece);
    if (index < last) pieces.push(separator);
    lua.lua_pop(L, 1);
  }
  pushBytes(L, joinBytes(pieces));
  return 1;
}

function insert(L: LuaState, budget: Budget): number {
  writable(L, 'insert');
  const count = lua.lua_gettop(L);
  const end = lauxlib.luaL_len(L, 1) + 1;
  if (count !== 2 && count !== 3) throw new LuaError("wrong number of arguments to 'insert'");
  const place = count === 2 ? end : (indexArgument(L, 2, 'insert') ?? 0);
  if (place < 1 || place > end) throw new LuaError("bad argument #2 to 'insert' (position out of bounds)");
  budget.spend(1 + 4 * (end - place));
  for (let index = end; index > place; index--) {
    lua.lua_geti(L, 1, index - 1);
    lua.lua_seti(L, 1, index);
  }
  lua.lua_pushvalue(L, count);
  lua.lua_seti(L, 1, place);
  return 0;
}

function remove(L: LuaState, budget: Budget): number {
  writable(L, 'remove');
  const size = lauxlib.luaL_len(L, 1);
  const place = indexArgument(L, 2, 'remove') ?? size;
  if (lua.lua_gettop(L) > 1 && size + 1 !== place && (place < 1 || place > size + 1)) {
    throw new LuaError("bad argument #1 to 'remove' (position out of bounds)");
  }
  budget.spend(1 + 4 * Math.max(0, size - place));
  lua.lua_geti(L, 1, place);
  for (let index = place; index < size; index++) {
    lua.lua_geti(L, 1, index + 1);
    lua.lua_seti(L, 1, index);
  }
  if (place <= size) {
    lua.lua_pushnil(L);
    lua.lua_seti(L, 1, Math.max(place, size));
  }
  return 1;
}

function writable(L: LuaState, name: string): void {
  if (lua.lua_type(L, 1) === lua.LUA_TTABLE) return;
  if (typeAt(L, 1) === 'table') throw new LuaError('attempt to modify a read-only table');
  throw badArgument(L, 1, name, 'table');
}

/** Merge sort, which makes a bounded number of comparisons even with an inconsistent order function. */
function sort(L: LuaState, budget: Budget, comparison: Comparison): number {
  writable(L, 'sort');
  const size = lauxlib.luaL_len(L, 1);
  const hasOrder = lua.lua_type(L, 2) > lua.LUA_TNIL;
  if (hasOrder) functionArgument(L, 2, 'sort');
  budget.spend(size * 8);
  lua.lua_settop(L, 2);
  // A second table holds a copy of the items; the sort reorders their indexes.
  lua.lua_createtable(L, size, 0);
  for (let index = 1; index <= size; index++) {
    lua.lua_geti(L, 1, index);
    lua.lua_seti(L, 3, index);
  }
  const before = (a: number, b: number): boolean => {
    budget.spend(5);
    if (hasOrder) lua.lua_pushvalue(L, 2);
    lua.lua_geti(L, 3, a);
    lua.lua_geti(L, 3, b);
    if (hasOrder) lua.lua_call(L, 2, 1);
    const result = hasOrder ? lua.lua_toboolean(L, -1) : comparison.less(lua.lua_gettop(L) - 1, lua.lua_gettop(L));
    lua.lua_pop(L, hasOrder ? 1 : 2);
    return result;
  };
  const places = Array.from({ length: size }, (_, index) => index + 1);
  const sorted = mergeSort(places, before);
  for (const [index, place] of sorted.entries()) {
    lua.lua_geti(L, 3, place);
    lua.lua_seti(L, 1, index + 1);
  }
  return 0;
}

function unpack(L: LuaState, budget: Budget): number {
  const first = indexArgument(L, 2, 'unpack') ?? 1;
  const last = indexArgument(L, 3, 'unpack') ?? lauxlib.luaL_len(L, 1);
  const count = Math.max(0, last - first + 1);
  if (count > MAX_RESULTS || !lua.lua_checkstack(L, count)) budget.refuse('too many results to unpack');
  budget.spend(count);
  for (let index = first; index <= last; index++) lua.lua_geti(L, 1, index);
  return count;
}
