import type { Relatives, Resolved, SpanSource, TraceAggregate, TracePair, TraceQuantifier } from '../tree/resolved.js';
import { RELATIONS } from '../tree/span-relation.js';
import { StepsExceeded } from '../values/lua/budget-exceeded.js';
import { LuaError } from '../values/lua/lua-error.js';
import { isTruthy } from '../values/lua/lua-value.js';
import type { Value } from '../values/value.js';
import { aggregate } from './aggregate.js';
import { areRelated } from './are-related.js';
import type { SpanView, TraceView } from './span-view.js';
import type { TraceStructure } from './trace-structure.js';

/** A node about several spans. */
export type SpanFunctionNode = TraceQuantifier | TracePair | TraceAggregate;

/** The evaluation that these functions belong to. */
export interface SpanFunctionsHost {
  readonly trace: TraceView;
  readonly structure: TraceStructure;
  value(node: Resolved): Value;
  span(source: SpanSource): SpanView;
  bind(depth: number, span: SpanView): void;
  nanoseconds(argument: Resolved | undefined): number | bigint | undefined;
  tolerance(argument: Resolved | undefined): number | bigint;
  /** Counts work. @throws StepsExceeded */
  spend(steps: number): void;
  /** A test (or the field of an aggregate) failed on a span. Returns whether the span still counts as satisfying it. */
  spanError(test: Resolved, span: SpanView, error: LuaError): boolean;
}

/** A condition of a function, and the depth at which it binds its span. */
export interface SpanTest {
  readonly node: SpanFunctionNode;
  readonly depth: number;
  /** Absent: every span satisfies it. */
  readonly condition: Resolved | undefined;
}

/** A count at this number may stop. */
export type Enough = (count: number) => boolean;

/** Steps for each tested span, and for each compared pair. */
export const SPAN_STEPS = 2;
export const PAIR_STEPS = 4;

/** The plain meaning of the functions over spans: every span, every pair. Indexed spans give the same results faster. */
export class SpanFunctions {
  constructor(protected readonly host: SpanFunctionsHost) {}

  quantify(node: TraceQuantifier): Value {
    const { depth, condition } = node;
    const found = this.satisfying({ node, depth, condition }, node.over);
    if (node.quantifier === 'has') return some(found);
    let count = 0;
    for (const _span of found) count++;
    return node.quantifier === 'count' ? count : count === this.domain(node.over).length;
  }

  /** `trace.count(c)`, up to the number that is enough. */
  countUpTo(node: TraceQuantifier, _enough: Enough): Value {
    return this.quantify(node);
  }

  relate(node: TracePair): Value {
    const within = this.host.nanoseconds(node.within);
    const tolerance = this.host.tolerance(node.tolerance);
    const first: SpanTest = { node, depth: node.depth, condition: node.first };
    const second: SpanTest = { node, depth: node.depth + 1, condition: node.second };
    const { asks } = RELATIONS[node.relation];
    const everyFirst = asks === 'every';
    for (const a of this.satisfying(first)) {
      this.host.bind(node.depth, a);
      const related = this.isRelated(node, a, second, within, tolerance);
      if (related !== everyFirst) return asks === 'some';
    }
    return asks !== 'some';
  }

  aggregate(node: TraceAggregate): Value {
    const { depth, condition, field } = node;
    const values: Value[] = [];
    for (const span of this.satisfying({ node, depth, condition }, node.over)) {
      this.attempt(field, depth, span, () => {
        const value = this.host.value(field);
        if (value !== undefined) values.push(aggregate.checked(node.aggregate, value));
      });
    }
    return aggregate[node.aggregate](values);
  }

  /** The spans that a function ranges over. */
  protected domain(over: Relatives | undefined): readonly SpanView[] {
    if (over === undefined) return this.host.trace.spans;
    const span = this.host.span(over.of);
    return this.walking((structure) => structure.relatives(over.axis, span));
  }

  /** The spans that satisfy a test, in order. */
  protected *satisfying(test: SpanTest, over?: Relatives): Iterable<SpanView> {
    for (const span of this.domain(over)) if (this.holds(test, span)) yield span;
  }

  /** Whether a span satisfies the second test and is in the node's relation to `a` (which is bound). */
  protected isRelated(
    node: TracePair,
    a: SpanView,
    second: SpanTest,
    within: number | bigint | undefined,
    tolerance: number | bigint,
  ): boolean {
    return some(this.related(node, a, second, within, tolerance));
  }

  /** The spans that satisfy the second test and are in the node's relation to `a` (which is bound). */
  protected *related(
    node: TracePair,
    a: SpanView,
    second: SpanTest,
    within: number | bigint | undefined,
    tolerance: number | bigint,
  ): Iterable<SpanView> {
    for (const b of this.satisfying(second)) if (this.stand(node, a, b, within, tolerance)) yield b;
  }

  /** Whether a and b are in the relation of the node. */
  protected stand(node: TracePair, a: SpanView, b: SpanView, within: number | bigint | undefined, tolerance: number | bigint): boolean {
    this.host.spend(PAIR_STEPS);
    return this.walking((structure) => areRelated(node.relation, a, b, within, tolerance, structure));
  }

  /** A walk through the trace is charged by visited spans. */
  protected walking<T>(ask: (structure: TraceStructure) => T): T {
    const { structure } = this.host;
    const before = structure.visits;
    const answer = ask(structure);
    this.host.spend(structure.visits - before);
    return answer;
  }

  /** A condition that fails on a span does not hold on it; evaluation continues. */
  protected holds({ depth, condition }: SpanTest, span: SpanView): boolean {
    if (condition === undefined) return true;
    const evaluate = (): boolean => isTruthy(this.host.value(condition));
    return this.attempt(condition, depth, span, evaluate, (isSatisfied) => isSatisfied) === true;
  }

  /** @param failed the result of an error, by whether the span is taken to satisfy the test nevertheless */
  protected attempt<T>(
    test: Resolved,
    depth: number,
    span: SpanView,
    evaluate: () => T,
    failed: (isSatisfied: boolean) => T | undefined = () => undefined,
  ): T | undefined {
    this.host.spend(SPAN_STEPS);
    this.host.bind(depth, span);
    try {
      return evaluate();
    } catch (error) {
      if (!(error instanceof LuaError) || error instanceof StepsExceeded) throw error;
      return failed(this.host.spanError(test, span, error));
    }
  }
}

/** Whether there is a first one. */
function some(spans: Iterable<SpanView>): boolean {
  for (const _span of spans) return true;
  return false;
}
