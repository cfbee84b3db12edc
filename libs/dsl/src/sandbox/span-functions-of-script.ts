import { aggregate } from '../trace/aggregate.js';
import { areRelated } from '../trace/are-related.js';
import { isBefore } from '../trace/span-order.js';
import type { SpanView, TraceView } from '../trace/span-view.js';
import { TraceStructure } from '../trace/trace-structure.js';
import { DEFAULT_TOLERANCE, RELATIONS, type SpanRelation } from '../tree/span-relation.js';
import type { Budget } from '../values/lua/budget.js';
import { LuaError } from '../values/lua/lua-error.js';
import { isNumber, luaType } from '../values/lua/lua-value.js';
import type { Value } from '../values/value.js';
import { type AggregateName, isAggregate, isQuantifier, isRelation, type Quantifier } from '../vocabulary/trace-vocabulary.js';
import type { Bridge } from './bridge/bridge.js';
import { lua } from './bridge/fengari.js';
import { isView, RelativesHandle, TraceHandle } from './bridge/handles.js';
import { badArgument, type CFunction, type LuaState, payloadAt, textOfBytes } from './bridge/stack.js';
import type { ScriptInput } from './script-input.js';

/** The cost of comparing the order of two spans. */
const PAIR_STEPS = 4;

/**
 * `trace.has`, `trace.follows`, `span.children.sum` for scripts. Their conditions are Lua functions of a span (for the second of a pair, of both).
 * Each call is charged to the budget.
 */
export class SpanFunctionsOfScript {
  constructor(
    private readonly L: LuaState,
    private readonly bridge: Bridge,
    private readonly budget: Budget,
    private readonly input: () => ScriptInput | undefined,
  ) {}

  /** The named function of `trace`, or of a span's relatives. */
  method(owner: TraceHandle | RelativesHandle, name: string): CFunction | undefined {
    if (isQuantifier(name)) return () => this.quantify(name, owner);
    if (isAggregate(name)) return () => this.compute(name, owner);
    return owner instanceof TraceHandle && isRelation(name) ? () => this.relate(name, owner.trace) : undefined;
  }

  /** `a.before(b)`. */
  isBefore(span: SpanView): number {
    const { L } = this;
    const other = payloadAt(L, 1);
    if (!isView(other)) throw badArgument(L, 1, 'before', 'span');
    const { structure } = this;
    const tolerance = this.tolerance(2);
    lua.lua_pushboolean(
      L,
      this.walking(() => isBefore(span, other, tolerance, structure)),
    );
    return 1;
  }

  private quantify(quantifier: Quantifier, owner: TraceHandle | RelativesHandle): number {
    const spans = this.spansOf(owner);
    if (quantifier === 'count') lua.lua_pushnumber(this.L, spans.filter((span) => this.holds(1, span)).length);
    else
      lua.lua_pushboolean(
        this.L,
        quantifier === 'has' ? spans.some((span) => this.holds(1, span)) : spans.every((span) => this.holds(1, span)),
      );
    return 1;
  }

  private compute(name: AggregateName, owner: TraceHandle | RelativesHandle): number {
    const values: Value[] = [];
    for (const span of this.spansOf(owner)) {
      if (lua.lua_type(this.L, 2) > lua.LUA_TNIL && !this.holds(2, span)) continue;
      this.call(1, [span], () => {
        const value = this.bridge.at(-1);
        if (value !== undefined) values.push(aggregate.checked(name, value));
      });
    }
    this.bridge.push(aggregate[name](values));
    return 1;
  }

  private relate(relation: SpanRelation, { spans }: TraceView): number {
    const { asks } = RELATIONS[relation];
    const isTimed = asks === 'every';
    const within = isTimed ? this.nanoseconds(3) : undefined;
    const tolerance = this.tolerance(isTimed ? 4 : 3);
    const stand = (a: SpanView, b: SpanView): boolean => {
      this.budget.spend(PAIR_STEPS);
      return this.walking((structure) => areRelated(relation, a, b, within, tolerance, structure));
    };
    const pairWith = (a: SpanView): boolean => spans.some((b) => stand(a, b) && this.holds(2, b, a));
    const firsts = (): SpanView[] => spans.filter((a) => this.holds(1, a));
    lua.lua_pushboolean(this.L, isTimed ? firsts().every(pairWith) : firsts().some(pairWith) !== (asks === 'none'));
    return 1;
  }

  /** Charges a walk through the trace by the spans that it visits. */
  private walking<T>(ask: (structure: TraceStructure) => T): T {
    const { structure } = this;
    const before = structure.visits;
    const answer = ask(structure);
    this.budget.spend(structure.visits - before);
    return answer;
  }

  /** Whether the condition (the function at argument `index`) holds. One that fails does not, and the script continues. */
  private holds(index: number, ...spans: readonly SpanView[]): boolean {
    const { L } = this;
    if (lua.lua_type(L, index) !== lua.LUA_TFUNCTION) {
      this.budget.spend(20);
      return lua.lua_toboolean(L, index);
    }
    let holds = false;
    this.call(index, spans, () => {
      holds = lua.lua_toboolean(L, -1);
    });
    return holds;
  }

  /** Calls the function at `index`, and passes its result on top of the stack to `use`. */
  private call(index: number, spans: readonly SpanView[], use: () => void): void {
    const { L } = this;
    const top = lua.lua_gettop(L);
    this.budget.spend(20);
    lua.lua_pushvalue(L, index);
    for (const span of spans) this.bridge.pushObject(span);
    const status = lua.lua_pcall(L, spans.length, 1, 0);
    if (status !== lua.LUA_OK && (this.budget.exceeded || status < 0)) {
      this.budget.exceeded = true;
      lua.lua_error(L);
    }
    const error = status === lua.LUA_OK ? this.attempt(use) : this.errorOnTop();
    if (error !== undefined) this.input()?.onSpanError?.(spans[0] as SpanView, error);
    lua.lua_settop(L, top);
  }

  private attempt(use: () => void): LuaError | undefined {
    try {
      use();
      return undefined;
    } catch (error) {
      if (error instanceof LuaError) return error;
      throw error;
    }
  }

  private errorOnTop(): LuaError {
    const { L } = this;
    this.budget.spend(500);
    return new LuaError(lua.lua_type(L, -1) === lua.LUA_TSTRING ? textOfBytes(lua.lua_tostring(L, -1)) : 'the error is not a text');
  }

  private get structure(): TraceStructure {
    return TraceStructure.of((this.input() as ScriptInput).trace, this.budget.evaluation);
  }

  private spansOf(owner: TraceHandle | RelativesHandle): readonly SpanView[] {
    if (owner instanceof TraceHandle) return owner.trace.spans;
    return this.walking(() => this.structure.relatives(owner.axis, owner.span));
  }

  /** An optional number argument. @throws LuaError for other types */
  private nanoseconds(index: number): number | bigint | undefined {
    if (lua.lua_type(this.L, index) < 0) return undefined;
    const value = this.bridge.at(index);
    if (isNumber(value)) return value;
    throw new LuaError(`bad argument (number expected, got ${luaType(value)})`);
  }

  private tolerance(index: number): number | bigint {
    return this.nanoseconds(index) ?? this.input()?.trace.tolerance ?? DEFAULT_TOLERANCE;
  }
}
