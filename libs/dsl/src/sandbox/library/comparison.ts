import type { Budget } from '../../values/lua/budget.js';
import { LuaError } from '../../values/lua/lua-error.js';
import { luaEquals, luaLess, luaLessOrEqual } from '../../values/lua/lua-value.js';
import type { Bridge } from '../bridge/bridge.js';
import { lua } from '../bridge/fengari.js';
import { type LuaState, typeAt } from '../bridge/stack.js';

/** Compares two values of the stack. Long strings are charged by length; integers beyond 2^53 are exact. */
export class Comparison {
  constructor(
    private readonly L: LuaState,
    private readonly bridge: Bridge,
    private readonly budget: Budget,
  ) {}

  /** @param a @param b stack indexes */
  equal(a: number, b: number): boolean {
    const { L, bridge } = this;
    if (this.areStrings(a, b) || typeAt(L, a) !== 'number' || typeAt(L, b) !== 'number') return lua.lua_rawequal(L, a, b);
    return luaEquals(bridge.at(a), bridge.at(b));
  }

  /** `<`. @throws LuaError when the two can't be ordered */
  less(a: number, b: number): boolean {
    if (this.areStrings(a, b)) return luaLess(this.bytes(a), this.bytes(b));
    this.checkNumbers(a, b);
    return luaLess(this.bridge.at(a), this.bridge.at(b));
  }

  /** `<=`. @throws LuaError when the two can't be ordered */
  lessOrEqual(a: number, b: number): boolean {
    if (this.areStrings(a, b)) return luaLessOrEqual(this.bytes(a), this.bytes(b));
    this.checkNumbers(a, b);
    return luaLessOrEqual(this.bridge.at(a), this.bridge.at(b));
  }

  private areStrings(a: number, b: number): boolean {
    const { L } = this;
    if (lua.lua_type(L, a) !== lua.LUA_TSTRING || lua.lua_type(L, b) !== lua.LUA_TSTRING) return false;
    this.budget.scan(Math.min(this.bytes(a).length, this.bytes(b).length));
    return true;
  }

  private bytes(index: number): Uint8Array {
    return lua.lua_tostring(this.L, index);
  }

  private checkNumbers(a: number, b: number): void {
    const left = typeAt(this.L, a);
    const right = typeAt(this.L, b);
    if (left === 'number' && right === 'number') return;
    throw new LuaError(left === right ? `attempt to compare two ${left} values` : `attempt to compare ${left} with ${right}`);
  }
}
