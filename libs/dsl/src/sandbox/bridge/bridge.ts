import { readField, readTable, rootOf, servicesOf, traceDuration } from '../../trace/span-values.js';
import type { SpanView, TraceView } from '../../trace/span-view.js';
import { TraceStructure } from '../../trace/trace-structure.js';
import type { Budget } from '../../values/lua/budget.js';
import { LuaError } from '../../values/lua/lua-error.js';
import { bytesOf, luaLess, luaLessOrEqual } from '../../values/lua/lua-value.js';
import type { Value, ValueMap } from '../../values/value.js';
import type { FieldName } from '../../vocabulary/vocabulary.js';
import { FIELD_TYPES } from '../../vocabulary/vocabulary.js';
import { forgetKeys, lua } from './fengari.js';
import { AttributesHandle, Entries, isView, itemsOf, RelativesHandle, TraceHandle } from './handles.js';
import { type CFunction, guarded, type LuaState, payloadAt, pushBytes, setFunction, textOfBytes, typeAt } from './stack.js';

/**
 * Converts values between JavaScript and Lua. Numbers become doubles; integers beyond 2^53 become boxed userdata with exact arithmetic. Spans,
 * traces, maps and lists become read-only tables that read a field on access. Each object has one userdata per evaluation, so that it can be compared
 * and used as a key.
 */
export class Bridge {
  readonly #L: LuaState;
  readonly #budget: Budget;
  #trace: TraceView | undefined;
  /** In Lua's registry: payload → its userdata, per evaluation. */
  readonly #internKey = {};
  readonly #integers = new Map<bigint, object>();
  readonly #derived = new Map<object, Map<string, unknown>>();
  readonly #objectMetatable = {};
  readonly #integerMetatable = {};
  /** The methods of read-only tables: `trace.has`, `span.has`. */
  readonly #methods: (owner: SpanView | TraceHandle | RelativesHandle, name: string) => CFunction | undefined;

  constructor(
    L: LuaState,
    budget: Budget,
    methods: (owner: SpanView | TraceHandle | RelativesHandle, name: string) => CFunction | undefined,
  ) {
    this.#L = L;
    this.#budget = budget;
    this.#methods = methods;
    this.#makeObjectMetatable();
    this.#makeIntegerMetatable();
  }

  /** Drops the objects of the previous evaluation. */
  start(trace: TraceView): void {
    const L = this.#L;
    this.#trace = trace;
    this.#integers.clear();
    this.#derived.clear();
    forgetKeys();
    lua.lua_createtable(L, 0, 0);
    lua.lua_rawsetp(L, lua.LUA_REGISTRYINDEX, this.#internKey);
  }

  push(value: Value): void {
    const L = this.#L;
    switch (typeof value) {
      case 'undefined':
        return lua.lua_pushnil(L);
      case 'boolean':
        return lua.lua_pushboolean(L, value);
      case 'number':
        return lua.lua_pushnumber(L, value);
      case 'bigint':
        return this.#pushInteger(value);
      case 'string':
        return this.#pushString(bytesOf(value));
      default:
        if (value instanceof Uint8Array) return this.#pushString(value);
        return this.pushObject(value);
    }
  }

  #pushString(bytes: Uint8Array): void {
    this.#budget.allocate(bytes.length);
    pushBytes(this.#L, bytes);
  }

  /** The entries of a span's map or a list; undefined for other values. */
  entries(payload: unknown): Entries | undefined {
    if (typeof payload !== 'object' || payload === null) return undefined;
    return this.#once(payload, 'entries', () => {
      const entries = Entries.of(payload);
      this.#budget.spend(entries === undefined ? 0 : 4 * entries.length);
      return entries;
    });
  }

  /** A span, a trace, a map or a list. */
  pushObject(payload: object): void {
    this.#pushInterned(payload, payload);
  }

  /** The value at a stack index, as operators and string tests need it; a Lua table becomes an empty map. */
  at(index: number): Value {
    const L = this.#L;
    switch (lua.lua_type(L, index)) {
      case lua.LUA_TNIL:
        return undefined;
      case lua.LUA_TBOOLEAN:
        return lua.lua_toboolean(L, index);
      case lua.LUA_TNUMBER:
        return lua.lua_tonumber(L, index);
      case lua.LUA_TSTRING:
        return textIfUtf8(lua.lua_tostring(L, index));
      case lua.LUA_TUSERDATA: {
        const payload = payloadAt(L, index);
        return typeof payload === 'bigint' ? payload : EMPTY;
      }
      case lua.LUA_TTABLE:
        return EMPTY;
      default:
        return lua.lua_type(L, index) < 0 ? undefined : EMPTY;
    }
  }

  #pushInteger(value: bigint): void {
    let key = this.#integers.get(value);
    if (key === undefined) {
      key = {};
      this.#integers.set(value, key);
    }
    this.#pushInterned(key, value);
  }

  #pushInterned(key: object, payload: unknown): void {
    const L = this.#L;
    lua.lua_rawgetp(L, lua.LUA_REGISTRYINDEX, this.#internKey);
    if (lua.lua_rawgetp(L, -1, key) !== lua.LUA_TUSERDATA) {
      lua.lua_pop(L, 1);
      lua.lua_newuserdata(L, 0).payload = payload;
      lua.lua_rawgetp(L, lua.LUA_REGISTRYINDEX, typeof payload === 'bigint' ? this.#integerMetatable : this.#objectMetatable);
      lua.lua_setmetatable(L, -2);
      lua.lua_pushvalue(L, -1);
      lua.lua_rawsetp(L, -3, key);
    }
    lua.lua_remove(L, -2);
  }

  /** A value derived from an owner, created once per evaluation (the list of events, a function). */
  #once<T>(owner: object, name: string, make: () => T): T {
    let made = this.#derived.get(owner);
    if (made === undefined) this.#derived.set(owner, (made = new Map()));
    if (!made.has(name)) made.set(name, make());
    return made.get(name) as T;
  }

  /** A value of the trace whose computation visits each span. */
  #fact<T>(handle: TraceHandle, name: string, find: () => T): T {
    return this.#once(handle.trace, name, () => {
      this.#budget.spend(handle.trace.spans.length);
      return find();
    });
  }

  /** Operations of spans, traces, maps and lists: reads only. */
  #makeObjectMetatable(): void {
    const L = this.#L;
    lua.lua_createtable(L, 0, 5);
    setFunction(L, this.#budget, '__index', () => this.#index());
    setFunction(L, this.#budget, '__newindex', () => {
      throw new LuaError('attempt to modify a read-only table');
    });
    setFunction(L, this.#budget, '__len', () => {
      lua.lua_pushnumber(L, itemsOf(payloadAt(L, 1))?.length ?? 0);
      return 1;
    });
    this.#registerMetatable(this.#objectMetatable, 'table');
  }

  /** Operations of boxed integers; `+ - * // %` and others are helpers (base-functions.ts). */
  #makeIntegerMetatable(): void {
    const L = this.#L;
    lua.lua_createtable(L, 0, 6);
    setFunction(L, this.#budget, '__lt', () => this.#compare(luaLess));
    setFunction(L, this.#budget, '__le', () => this.#compare(luaLessOrEqual));
    setFunction(L, this.#budget, '__div', () => this.#compute((a, b) => a / b));
    setFunction(L, this.#budget, '__pow', () => this.#compute((a, b) => a ** b));
    this.#registerMetatable(this.#integerMetatable, 'number');
  }

  /** `name` is the type name in Lua's own error messages. */
  #registerMetatable(key: object, name: string): void {
    const L = this.#L;
    lua.lua_pushboolean(L, false);
    lua.lua_setfield(L, -2, bytesOf('__metatable'));
    pushBytes(L, bytesOf(name));
    lua.lua_setfield(L, -2, bytesOf('__name'));
    lua.lua_rawsetp(L, lua.LUA_REGISTRYINDEX, key);
  }

  #compare(compare: (a: Value, b: Value) => boolean): number {
    lua.lua_pushboolean(this.#L, compare(this.at(1), this.at(2)));
    return 1;
  }

  #compute(compute: (a: number, b: number) => number): number {
    const a = this.at(1);
    const b = this.at(2);
    const isNumeric = (value: Value) => typeof value === 'number' || typeof value === 'bigint';
    if (!isNumeric(a) || !isNumeric(b))
      throw new LuaError(`attempt to perform arithmetic on a ${typeAt(this.#L, isNumeric(a) ? 2 : 1)} value`);
    lua.lua_pushnumber(this.#L, compute(Number(a), Number(b)));
    return 1;
  }

  #index(): number {
    const L = this.#L;
    const payload = payloadAt(L, 1);
    const items = itemsOf(payload);
    if (items !== undefined) {
      const index = this.at(2);
      const item = typeof index === 'number' ? items[index - 1] : undefined;
      if (isView(item)) this.pushObject(item);
      else this.push(item as Value);
      return 1;
    }
    const key = lua.lua_type(L, 2) === lua.LUA_TSTRING ? textOfBytes(lua.lua_tostring(L, 2)) : undefined;
    if (key === undefined) lua.lua_pushnil(L);
    else this.#member(payload as object, key);
    return 1;
  }

  #member(owner: object, key: string): void {
    if (owner instanceof TraceHandle) return this.#traceMember(owner, key);
    if (owner instanceof RelativesHandle) return this.#pushMethod(owner, key);
    if (owner instanceof AttributesHandle) return this.push(owner.read(key));
    if (isView(owner)) return this.#spanMember(owner, key);
    this.push(Object.hasOwn(owner, key) ? (owner as ValueMap)[key] : undefined);
  }

  #spanMember(span: SpanView, key: string): void {
    if (Object.hasOwn(FIELD_TYPES, key) && !key.startsWith('scope_')) return this.push(readField(span, key as FieldName));
    switch (key) {
      case 'attributes':
      case 'resource':
        return this.pushObject(this.#once(span, key, () => new AttributesHandle(span, key)));
      case 'events':
      case 'links':
      case 'scope':
        return this.pushObject(this.#once(span, key, () => readTable(span, key) as object));
      case 'parent':
        return this.#pushSpan(this.#trace === undefined ? undefined : TraceStructure.of(this.#trace).parent(span));
      case 'children':
      case 'descendants':
      case 'ancestors':
        return this.pushObject(this.#once(span, key, () => new RelativesHandle(key, span)));
      default:
        this.#pushMethod(span, key);
    }
  }

  #traceMember(handle: TraceHandle, key: string): void {
    const { trace } = handle;
    switch (key) {
      case 'id':
        return this.push(trace.id);
      case 'duration':
        return this.push(this.#fact(handle, key, () => traceDuration(trace)));
      case 'span_count':
        return this.push(trace.spans.length);
      case 'spans':
        return this.pushObject(trace.spans);
      case 'services':
        return this.pushObject(this.#fact(handle, key, () => servicesOf(trace)));
      case 'root':
        return this.#pushSpan(this.#fact(handle, key, () => rootOf(trace)));
      case 'depth':
        return this.push(this.#fact(handle, key, () => TraceStructure.of(trace).depth));
      default:
        this.#pushMethod(handle, key);
    }
  }

  #pushSpan(span: SpanView | undefined): void {
    if (span === undefined) lua.lua_pushnil(this.#L);
    else this.pushObject(span);
  }

  #pushMethod(owner: SpanView | TraceHandle | RelativesHandle, name: string): void {
    const method = this.#methods(owner, name);
    if (method === undefined) return lua.lua_pushnil(this.#L);
    lua.lua_pushcfunction(
      this.#L,
      this.#once(owner, name, () => guarded(this.#budget, method)),
    );
  }
}

/** Bytes that are not UTF-8 stay bytes. */
function textIfUtf8(bytes: Uint8Array): string | Uint8Array {
  const text = textOfBytes(bytes);
  return text.includes('\ufffd') ? bytes : text;
}

const EMPTY: ValueMap = {};
