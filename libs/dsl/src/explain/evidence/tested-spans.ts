import { Interpreter } from '../../interpret/interpret.js';
import { IndexedSpanFunctions } from '../../interpret/pairs/indexed-span-functions.js';
import { aggregate } from '../../trace/aggregate.js';
import type { SpanTest } from '../../trace/span-functions.js';
import type { SpanView, TraceView } from '../../trace/span-view.js';
import type { Resolved, TraceAggregate, TracePair, TraceQuantifier } from '../../tree/resolved.js';
import { LuaError } from '../../values/lua/lua-error.js';
import { StepLimit } from '../../values/lua/step-limit.js';
import type { Value } from '../../values/value.js';

/** Spans of a relation: an `a` with the `b` that it relates to, or without one. */
export interface RelatedSpans {
  readonly first: SpanView;
  readonly second: SpanView | undefined;
}

/** A span with a value for an aggregate. */
export interface TestedValue {
  readonly span: SpanView;
  readonly value: Value;
}

/** By depth: the span that the function there binds, where a part is evaluated inside functions. */
export type Bindings = ReadonlyMap<number, SpanView>;

export const UNBOUND: Bindings = new Map();

/** The assumed result of a test in doubt. Absent: the evaluation ends there. */
export type OnDoubt = (test: Resolved, span: SpanView | undefined) => boolean;

/** Evaluates the parts of rules on a whole trace, and finds the spans that decide its functions. */
export class TestedSpans {
  private readonly interpreter: Interpreter;
  private readonly functions: Witnesses;
  private readonly limit: RenewedLimit;

  /** All evaluations together stay within the limit, until it is renewed. */
  constructor(trace: TraceView, subject: SpanView | undefined, limit: () => StepLimit, onDoubt?: OnDoubt) {
    let functions: Witnesses | undefined;
    const environment = { trace, ...(subject === undefined ? {} : { subject }), ...(onDoubt === undefined ? {} : { onDoubt }) };
    this.limit = new RenewedLimit(limit);
    this.interpreter = new Interpreter(
      environment,
      (host) => {
        functions = new Witnesses(host);
        return functions;
      },
      this.limit,
    );
    this.functions = functions as Witnesses;
  }

  /** Later evaluations may use the whole budget again. */
  renew(): void {
    this.limit.renew();
  }

  /** @throws LuaError when the evaluation fails, or exceeds its steps */
  value(part: Resolved, bindings: Bindings): Value {
    this.bind(bindings);
    return this.interpreter.value(part);
  }

  /** The spans that satisfy a function's condition, and of how many; undefined when it cannot be evaluated here. */
  satisfying(
    node: TraceQuantifier | TraceAggregate,
    bindings: Bindings,
  ): { readonly spans: readonly SpanView[]; readonly of: readonly SpanView[] } | undefined {
    return this.attempted(bindings, () => this.functions.satisfyingSpans(node));
  }

  /** The spans with a value for an aggregate, in the order of the trace. */
  values(node: TraceAggregate, bindings: Bindings): readonly TestedValue[] | undefined {
    return this.attempted(bindings, () => this.functions.values(node));
  }

  /** Every span that satisfies the first condition of a pair, with the first span that it relates to. */
  pairs(node: TracePair, bindings: Bindings): readonly RelatedSpans[] | undefined {
    return this.attempted(bindings, () => this.functions.pairs(node));
  }

  private attempted<T>(bindings: Bindings, ask: () => T): T | undefined {
    this.bind(bindings);
    try {
      return ask();
    } catch (error) {
      if (error instanceof LuaError) return undefined;
      throw error;
    }
  }

  private bind(bindings: Bindings): void {
    for (const [depth, span] of bindings) this.interpreter.bind(depth, span);
  }
}

class Witnesses extends IndexedSpanFunctions {
  satisfyingSpans(node: TraceQuantifier | TraceAggregate): { readonly spans: readonly SpanView[]; readonly of: readonly SpanView[] } {
    const { depth, condition, over } = node;
    return { spans: [...this.satisfying({ node, depth, condition }, over)], of: this.domain(over) };
  }

  values(node: TraceAggregate): readonly TestedValue[] {
    const { depth, field } = node;
    const found: TestedValue[] = [];
    for (const span of this.satisfyingSpans(node).spans) {
      const value = this.attempt(field, depth, span, () => {
        const read = this.host.value(field);
        return read === undefined ? undefined : aggregate.checked(node.aggregate, read);
      });
      if (value !== undefined) found.push({ span, value });
    }
    return found;
  }

  pairs(node: TracePair): readonly RelatedSpans[] {
    const within = this.host.nanoseconds(node.within);
    const tolerance = this.host.tolerance(node.tolerance);
    const second: SpanTest = { node, depth: node.depth + 1, condition: node.second };
    return [...this.satisfying({ node, depth: node.depth, condition: node.first })].map((first) => {
      this.host.bind(node.depth, first);
      const [found] = this.related(node, first, second, within, tolerance);
      return { first, second: found };
    });
  }
}

class RenewedLimit extends StepLimit {
  private current: StepLimit;

  constructor(private readonly make: () => StepLimit) {
    const first = make();
    super(Number.POSITIVE_INFINITY, first.ofPattern);
    this.current = first;
  }

  override spend(steps: number): void {
    this.current.spend(steps);
  }

  renew(): void {
    this.current = this.make();
  }
}
