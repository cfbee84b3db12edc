import type { SpanView } from '../trace/span-view.js';
import { Budget, DEFAULT_TIMEOUT, HOOK_INTERVAL, limitsOf, type ScriptLimits } from '../values/lua/budget.js';
import { LuaError } from '../values/lua/lua-error.js';
import { bytesOf } from '../values/lua/lua-value.js';
import { Bridge } from './bridge/bridge.js';
import { lauxlib, lua } from './bridge/fengari.js';
import { isView, type RelativesHandle, TraceHandle } from './bridge/handles.js';
import { bytesArgument, type CFunction, type LuaState, setFunction, textOfBytes } from './bridge/stack.js';
import { addBaseFunctions } from './library/base-functions.js';
import { addMathFunctions } from './library/math-functions.js';
import { ScriptPatterns } from './library/script-patterns.js';
import { addStringFunctions } from './library/string-functions.js';
import { addTableFunctions } from './library/table-functions.js';
import { addTrailFunctions } from './library/trail-functions.js';
import type { ScriptInput } from './script-input.js';
import { SpanFunctionsOfScript } from './span-functions-of-script.js';

/**
 * A script, compiled once; each evaluation has fresh globals and a fresh budget. It reaches pure functions only: no files, code loading, metatables,
 * clock or random numbers. The library's tables are read-only.
 */
export class ScriptProgram {
  readonly #L: LuaState;
  readonly #bridge: Bridge;
  readonly #budget: Budget;
  readonly #functions: SpanFunctionsOfScript;
  readonly #programKey = {};
  readonly #globalsKey = {};
  readonly #hook = (): void => this.#tick();
  #input: ScriptInput | undefined;

  /**
   * @param luaSource plain Lua, as from `luaText`
   * @throws LuaError if Lua cannot compile it
   */
  constructor(luaSource: string, limits: ScriptLimits = limitsOf(DEFAULT_TIMEOUT)) {
    const L = lauxlib.luaL_newstate();
    this.#L = L;
    this.#budget = new Budget(limits);
    this.#bridge = new Bridge(L, this.#budget, (owner, name) => this.#method(owner, name));
    this.#functions = new SpanFunctionsOfScript(L, this.#bridge, this.#budget, () => this.#input);
    this.#makeGlobals();
    load(L, luaSource);
    lua.lua_rawsetp(L, lua.LUA_REGISTRYINDEX, this.#programKey);
  }

  /** Steps of the evaluation, and of earlier ones whose budget it continued. */
  get taken(): number {
    return this.#budget.taken;
  }

  /** Whether the budget is used up. */
  get isExhausted(): boolean {
    return this.#budget.exceeded;
  }

  /**
   * Whether the rule is violated, so whether the script returns a true value.
   * @param taken steps of the budget used already; `before` adds those of earlier evaluations, for the next span of a trace
   * @throws LuaError if it fails or exceeds its budget
   */
  evaluate(input: ScriptInput, taken: number | 'before' = 0): boolean {
    const L = this.#L;
    this.#input = input;
    lua.lua_settop(L, 0);
    if (taken !== 'before') this.#startBudget(taken);
    this.#bridge.start(input.trace);
    lua.lua_rawgetp(L, lua.LUA_REGISTRYINDEX, this.#programKey);
    this.#pushEnvironment(input);
    lua.lua_setupvalue(L, 1, 1);
    const status = lua.lua_pcall(L, 0, 1, 0);
    const result = status === lua.LUA_OK ? lua.lua_toboolean(L, -1) : this.#failure(status);
    lua.lua_settop(L, 0);
    this.#input = undefined;
    return result;
  }

  /** Sets the hook again; otherwise the remainder of the previous interval would shorten the first one. */
  #startBudget(taken: number): void {
    this.#budget.start(taken);
    lua.lua_sethook(this.#L, this.#hook, lua.LUA_MASKCOUNT, HOOK_INTERVAL);
  }

  #failure(status: number): never {
    const L = this.#L;
    const isText = status > 0 && lua.lua_type(L, -1) === lua.LUA_TSTRING;
    const message = isText
      ? textOfBytes(lua.lua_tostring(L, -1))
      : status > 0
        ? 'the error is not a text'
        : 'the sandbox could not run this script';
    lua.lua_settop(L, 0);
    throw new LuaError(message);
  }

  /** The globals of one evaluation: `span`, `trace`, and the library as the fallback. */
  #pushEnvironment({ trace, subject }: ScriptInput): void {
    const L = this.#L;
    lua.lua_createtable(L, 0, 4);
    if (subject !== undefined) {
      this.#bridge.pushObject(subject);
      lua.lua_setfield(L, -2, bytesOf('span'));
    }
    this.#bridge.pushObject(new TraceHandle(trace));
    lua.lua_setfield(L, -2, bytesOf('trace'));
    lua.lua_rawgetp(L, lua.LUA_REGISTRYINDEX, this.#globalsKey);
    lua.lua_setmetatable(L, -2);
  }

  #makeGlobals(): void {
    const L = this.#L;
    lua.lua_createtable(L, 0, 2);
    lua.lua_createtable(L, 0, 0);
    addBaseFunctions(L, this.#bridge, this.#budget, new ScriptPatterns(this.#budget));
    addTrailFunctions(L, this.#budget, () => this.#input?.trail);
    this.#addLibrary('string', () => addStringFunctions(L, this.#bridge, this.#budget));
    this.#addLibrary('table', () => addTableFunctions(L, this.#bridge, this.#budget));
    this.#addLibrary('math', () => addMathFunctions(L, this.#bridge, this.#budget));
    lua.lua_setfield(L, -2, bytesOf('__index'));
    lua.lua_rawsetp(L, lua.LUA_REGISTRYINDEX, this.#globalsKey);
  }

  /** A library is an empty userdata that reads from a hidden table: scripts cannot replace a function for later ones. */
  #addLibrary(name: string, fill: () => void): void {
    const L = this.#L;
    lua.lua_newuserdata(L, 0);
    lua.lua_createtable(L, 0, 4);
    lua.lua_createtable(L, 0, 0);
    fill();
    if (name === 'string') this.#setStringMetatable();
    lua.lua_setfield(L, -2, bytesOf('__index'));
    setFunction(L, this.#budget, '__newindex', () => {
      throw new LuaError(`attempt to modify the read-only table '${name}'`);
    });
    lua.lua_setmetatable(L, -2);
    lua.lua_setfield(L, -2, bytesOf(name));
  }

  /** `("x"):rep(3)`: strings get their methods from the string library, which is on top of the stack. */
  #setStringMetatable(): void {
    const L = this.#L;
    lua.lua_pushlstring(L, new Uint8Array(), 0);
    lua.lua_createtable(L, 0, 1);
    lua.lua_pushvalue(L, -3);
    lua.lua_setfield(L, -2, bytesOf('__index'));
    lua.lua_setmetatable(L, -2);
    lua.lua_pop(L, 1);
  }

  #tick(): void {
    try {
      this.#budget.tick(this.#L.top);
    } catch (error) {
      if (!(error instanceof LuaError)) throw error;
      lua.lua_pushlstring(this.#L, bytesOf(error.message), bytesOf(error.message).length);
      lua.lua_error(this.#L);
    }
  }

  #method(owner: SpanView | TraceHandle | RelativesHandle, name: string): CFunction | undefined {
    if (!isView(owner)) return this.#functions.method(owner, name);
    if (name === 'before') return () => this.#functions.isBefore(owner);
    return name === 'has' ? () => this.#hasAttribute(owner) : undefined;
  }

  #hasAttribute(span: SpanView): number {
    const key = bytesArgument(this.#L, 1, 'has');
    lua.lua_pushboolean(this.#L, span.attribute(textOfBytes(key)) !== undefined);
    return 1;
  }
}

/** A shared state that only compiles and never runs code. */
let compiler: LuaState | undefined;

/** The reason why Lua cannot compile a script (too many locals, too deep nesting), or undefined. */
export function scriptProblem(luaSource: string): string | undefined {
  compiler ??= lauxlib.luaL_newstate();
  try {
    load(compiler, luaSource);
    return undefined;
  } catch (error) {
    // Any other error may have corrupted the state.
    if (!(error instanceof LuaError)) compiler = undefined;
    if (error instanceof LuaError) return error.message;
    throw error;
  } finally {
    if (compiler !== undefined) lua.lua_settop(compiler, 0);
  }
}

/** Compiles, and leaves the function on the stack. @throws LuaError if Lua cannot compile it */
function load(L: LuaState, luaSource: string): void {
  const source = bytesOf(luaSource);
  if (lauxlib.luaL_loadbuffer(L, source, source.length, bytesOf('=rule')) !== lua.LUA_OK) {
    throw new LuaError(textOfBytes(lua.lua_tostring(L, -1)));
  }
}
