import type { SpanView } from '../../trace/span-view.js';
import type { Budget } from '../../values/lua/budget.js';
import { type LuaState, lua } from '../bridge/fengari.js';
import { isView } from '../bridge/handles.js';
import type { ScriptTrail, SeenValue } from '../bridge/script-trail.js';
import { payloadAt, setFunction } from '../bridge/stack.js';

/** Adds the functions that an observed script calls (script-marks.ts) to the table on top of the stack. */
export function addTrailFunctions(L: LuaState, budget: Budget, trailOf: () => ScriptTrail | undefined): void {
  setFunction(L, budget, '__seen', () => {
    lua.lua_settop(L, 2);
    trailOf()?.see(lua.lua_tonumber(L, 1), seenAt(L, 2));
    return 1;
  });
  setFunction(L, budget, '__at', () => {
    trailOf()?.arrive(lua.lua_tonumber(L, 1), spansAbove(L));
    return 0;
  });
  setFunction(L, budget, '__set', () => {
    trailOf()?.change(lua.lua_tonumber(L, 1), spansAbove(L));
    return 0;
  });
}

/** The spans among the arguments after the first. */
function spansAbove(L: LuaState): readonly SpanView[] {
  const spans: SpanView[] = [];
  for (let index = 2; index <= lua.lua_gettop(L); index++) {
    const payload = payloadAt(L, index);
    if (isView(payload)) spans.push(payload);
  }
  return spans;
}

function seenAt(L: LuaState, index: number): SeenValue {
  switch (lua.lua_type(L, index)) {
    case lua.LUA_TNIL:
      return NIL;
    case lua.LUA_TBOOLEAN:
      return { scalar: lua.lua_toboolean(L, index) };
    case lua.LUA_TNUMBER:
      return { scalar: lua.lua_tonumber(L, index) };
    case lua.LUA_TSTRING:
      return { bytes: lua.lua_tostring(L, index) };
    default: {
      const payload = payloadAt(L, index);
      if (typeof payload === 'bigint') return { scalar: payload };
      return isView(payload) ? { span: payload } : TABLE;
    }
  }
}

const NIL: SeenValue = { scalar: undefined };
const TABLE: SeenValue = { table: true };
