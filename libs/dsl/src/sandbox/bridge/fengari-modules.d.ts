/** The part of fengari's C-like API that the sandbox uses. Strings are bytes. */
declare module 'fengari/src/lua.js' {
  export interface LuaState {
    /** The Lua stack, which grows with the depth of calls. */
    readonly stack: { readonly length: number };
    readonly top: number;
  }
  export type CFunction = (L: LuaState) => number;
  interface Lua {
    readonly LUA_OK: number;
    readonly LUA_MULTRET: number;
    readonly LUA_REGISTRYINDEX: number;
    readonly LUA_MASKCOUNT: number;
    readonly LUA_TNIL: number;
    readonly LUA_TBOOLEAN: number;
    readonly LUA_TNUMBER: number;
    readonly LUA_TSTRING: number;
    readonly LUA_TTABLE: number;
    readonly LUA_TFUNCTION: number;
    readonly LUA_TUSERDATA: number;
    lua_call(L: LuaState, args: number, results: number): void;
    lua_checkstack(L: LuaState, slots: number): boolean;
    lua_createtable(L: LuaState, items: number, fields: number): void;
    lua_error(L: LuaState): never;
    lua_getfield(L: LuaState, index: number, key: Uint8Array): number;
    lua_geti(L: LuaState, index: number, key: number): number;
    lua_gettable(L: LuaState, index: number): number;
    lua_gettop(L: LuaState): number;
    lua_insert(L: LuaState, index: number): void;
    lua_next(L: LuaState, index: number): number;
    lua_newuserdata(L: LuaState, size: number): { payload?: unknown };
    lua_pcall(L: LuaState, args: number, results: number, handler: number): number;
    lua_pop(L: LuaState, count: number): void;
    lua_pushboolean(L: LuaState, value: boolean): void;
    lua_pushcclosure(L: LuaState, f: CFunction, upvalues: number): void;
    lua_pushcfunction(L: LuaState, f: CFunction): void;
    lua_pushlstring(L: LuaState, bytes: Uint8Array, length: number): void;
    lua_pushnil(L: LuaState): void;
    lua_pushnumber(L: LuaState, value: number): void;
    lua_pushvalue(L: LuaState, index: number): void;
    lua_rawget(L: LuaState, index: number): number;
    lua_rawgetp(L: LuaState, index: number, key: object): number;
    lua_rawsetp(L: LuaState, index: number, key: object): void;
    lua_rawequal(L: LuaState, a: number, b: number): boolean;
    lua_remove(L: LuaState, index: number): void;
    lua_rotate(L: LuaState, index: number, count: number): void;
    lua_setfield(L: LuaState, index: number, key: Uint8Array): void;
    lua_sethook(L: LuaState, hook: ((L: LuaState, event: unknown) => void) | null, mask: number, count: number): void;
    lua_seti(L: LuaState, index: number, key: number): void;
    lua_setmetatable(L: LuaState, index: number): void;
    lua_settable(L: LuaState, index: number): void;
    lua_settop(L: LuaState, index: number): void;
    lua_setupvalue(L: LuaState, index: number, upvalue: number): Uint8Array | null;
    lua_toboolean(L: LuaState, index: number): boolean;
    lua_tonumber(L: LuaState, index: number): number;
    lua_tostring(L: LuaState, index: number): Uint8Array;
    lua_touserdata(L: LuaState, index: number): { payload?: unknown } | null;
    lua_type(L: LuaState, index: number): number;
    lua_typename(L: LuaState, type: number): Uint8Array;
    lua_upvalueindex(index: number): number;
  }
  const lua: Lua;
  export default lua;
}

declare module 'fengari/src/lstring.js' {
  /** A string of Lua; `hash` is its key in tables. */
  export class TString {
    readonly realstring: Uint8Array;
  }
}

declare module 'fengari/src/lauxlib.js' {
  import type { LuaState } from 'fengari/src/lua.js';

  interface LauxLib {
    luaL_newstate(): LuaState;
    luaL_loadbuffer(L: LuaState, buffer: Uint8Array, size: number, name: Uint8Array): number;
    luaL_len(L: LuaState, index: number): number;
    luaL_where(L: LuaState, level: number): void;
  }
  const lauxlib: LauxLib;
  export default lauxlib;
}

/** The complete library, only for tests that compare with it. */
declare module 'fengari/src/lualib.js' {
  import type { LuaState } from 'fengari/src/lua.js';

  const lualib: { luaL_openlibs(L: LuaState): void };
  export default lualib;
}
