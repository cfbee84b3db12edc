import type { Budget } from '../../values/lua/budget.js';
import { LIBRARY } from '../../values/lua/library.js';
import { LuaError } from '../../values/lua/lua-error.js';
import { bytesOf, isNumber } from '../../values/lua/lua-value.js';
import type { Value } from '../../values/value.js';
import type { Bridge } from '../bridge/bridge.js';
import { lua } from '../bridge/fengari.js';
import { badArgument, type CFunction, type LuaState, numberArgument, setFunction } from '../bridge/stack.js';

/** Adds the pure part of Lua's math library to the table on top of the stack. */
export function addMathFunctions(L: LuaState, bridge: Bridge, budget: Budget): void {
  const give = (value: Value): number => {
    bridge.push(value);
    return 1;
  };
  const all = (): Value[] => {
    budget.spend(lua.lua_gettop(L));
    return Array.from({ length: lua.lua_gettop(L) }, (_, index) => bridge.at(index + 1));
  };
  const double =
    (name: string, f: (x: number) => number): CFunction =>
    () =>
      give(f(numberArgument(L, 1, name)));
  const functions: Readonly<Record<string, CFunction>> = {
    abs: () => give(LIBRARY['math.abs'].call(all())),
    ceil: () => give(LIBRARY['math.ceil'].call(all())),
    floor: () => give(LIBRARY['math.floor'].call(all())),
    max: () => give(LIBRARY['math.max'].call(all())),
    min: () => give(LIBRARY['math.min'].call(all())),
    exp: double('exp', Math.exp),
    sqrt: double('sqrt', Math.sqrt),
    log: () => {
      const x = numberArgument(L, 1, 'log');
      if (lua.lua_type(L, 2) <= lua.LUA_TNIL) return give(Math.log(x));
      const base = numberArgument(L, 2, 'log');
      return give(base === 2 ? Math.log2(x) : base === 10 ? Math.log10(x) : Math.log(x) / Math.log(base));
    },
    fmod: () => {
      const x = numberArgument(L, 1, 'fmod');
      const y = numberArgument(L, 2, 'fmod');
      if (y === 0 && Number.isSafeInteger(x)) throw new LuaError("bad argument #2 to 'fmod' (zero)");
      return give(x % y);
    },
    modf: () => {
      const x = numberArgument(L, 1, 'modf');
      give(Math.trunc(x));
      return 1 + give(Number.isFinite(x) ? x % 1 : 0);
    },
    tointeger: () => {
      const value = bridge.at(1);
      return give(typeof value === 'bigint' || Number.isSafeInteger(value) ? value : undefined);
    },
    type: () => {
      if (lua.lua_gettop(L) === 0) throw badArgument(L, 1, 'type', 'value');
      const value = bridge.at(1);
      return give(isNumber(value) ? (typeof value === 'bigint' || Number.isSafeInteger(value) ? 'integer' : 'float') : undefined);
    },
  };
  for (const [name, f] of Object.entries(functions)) setFunction(L, budget, name, f);
  for (const [name, value] of [
    ['pi', Math.PI],
    ['huge', Number.POSITIVE_INFINITY],
  ] as const) {
    lua.lua_pushnumber(L, value);
    lua.lua_setfield(L, -2, bytesOf(name));
  }
}
