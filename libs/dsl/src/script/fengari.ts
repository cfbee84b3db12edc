// fengari's modules import each other in a circle that only works when lua.js comes first.
import 'fengari/src/lua.js';

import lauxlib from 'fengari/src/lauxlib.js';
import lua, { type CFunction, type LuaState } from 'fengari/src/lua.js';

export { type CFunction, type LuaState, lauxlib, lua };
