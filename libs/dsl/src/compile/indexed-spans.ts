import { valueKey } from '../aggregate.js';
import { StepsExceeded } from '../budget-exceeded.js';
import { LuaError } from '../lua-error.js';
import type { Relatives, Resolved, TracePair } from '../resolved.js';
import { SpanFunctions, type SpanFunctionsHost, type SpanTest } from '../span-functions.js';
import type { SpanView } from '../span-view.js';
import { type JoinPlan, joinPlan, readsOuter } from './join-plan.js';
import { SpanBucket } from './span-bucket.js';
import type { TestedOnArrival } from './tested-on-arrival.js';

const NOTHING = new SpanBucket([]);

/**
 * The functions over spans, answered without trying all pairs: what a condition asks of its span alone is tested once per trace,
 * equal values of two spans are found by their hash, order by sorted times, structure along the tree. One per rule and trace.
 */
export class IndexedSpanFunctions extends SpanFunctions {
  /** `arrived`: what was tested when the spans arrived; without it all is tested now. */
  constructor(
    host: SpanFunctionsHost,
    private readonly arrived?: TestedOnArrival,
  ) {
    super(host);
  }

  /** By condition: the spans on which its own conjuncts hold; and those by the value of its key. */
  private readonly own = new Map<Resolved, SpanBucket>();
  private readonly byKey = new Map<Resolved, ReadonlyMap<unknown, SpanBucket>>();

  protected override *satisfying(test: SpanTest, over?: Relatives): Iterable<SpanView> {
    const { condition, depth } = test;
    if (over !== undefined || condition === undefined) return yield* super.satisfying(test, over);
    const plan = joinPlan(condition, depth);
    for (const span of this.candidates(test, condition, plan).spans) if (this.satisfies(test, plan.rest, span)) yield span;
  }

  protected override *related(
    node: TracePair,
    a: SpanView,
    second: SpanTest,
    within: number | bigint | undefined,
    tolerance: number | bigint,
  ): Iterable<SpanView> {
    const { structure } = this.host;
    if (node.relation === 'child') {
      for (const b of structure.children(a)) if (this.holds(second, b)) yield b;
    } else if (node.relation === 'descendant') {
      if (readsOuter(node.second, second.depth)) {
        for (const b of this.walking(() => structure.descendants(a))) if (this.holds(second, b)) yield b;
      } else yield* this.below(a, second);
    } else {
      const plan = joinPlan(node.second, second.depth);
      for (const b of this.near(node, a, this.candidates(second, node.second, plan), within, tolerance)) {
        if (this.stand(node, a, b, within, tolerance) && this.satisfies(second, plan.rest, b)) yield b;
      }
    }
  }

  /** Of the candidates those that can stand in the relation by the clocks; links may say what clocks do not. */
  private *near(
    node: TracePair,
    a: SpanView,
    candidates: SpanBucket,
    within: number | bigint | undefined,
    tolerance: number | bigint,
  ): Iterable<SpanView> {
    const slack = Math.max(0, Math.ceil(Number(tolerance)));
    const reach = within === undefined ? undefined : Math.ceil(Number(within)) + slack;
    const isSmall = Number.isFinite(slack) && (reach === undefined || Number.isFinite(reach));
    if (this.host.structure.hasLinks || !isSmall) return yield* candidates.spans;
    // What only a difference of clocks puts in order comes last: most often it is not needed.
    const disagree = slack > 0 && this.host.structure.hasSeveralServices;
    if (node.relation === 'preceded') {
      const start = BigInt(a.startTime);
      yield* candidates.endingBetween(reach === undefined ? undefined : start - BigInt(reach), start);
      if (disagree) yield* candidates.endingBetween(start + 1n, start + BigInt(slack));
      return;
    }
    const end = BigInt(a.endTime);
    yield* candidates.startingBetween(end, reach === undefined ? undefined : end + BigInt(reach));
    if (disagree) yield* candidates.startingBetween(end - BigInt(slack), end - 1n);
  }

  /** By the second condition of a `descendant`: the spans above some span that satisfies it, each with one or two of those. */
  private readonly above = new Map<Resolved, ReadonlyMap<SpanView, readonly SpanView[]>>();

  private below(a: SpanView, second: SpanTest): Iterable<SpanView> {
    const condition = second.condition as Resolved;
    let above = this.above.get(condition);
    if (above === undefined) this.above.set(condition, (above = this.climb(second)));
    return above.get(a) ?? [];
  }

  /** Climbs from every span that satisfies the test, and each way at most twice: with two, no member of a ring has only itself. */
  private climb(test: SpanTest): ReadonlyMap<SpanView, readonly SpanView[]> {
    const { structure } = this.host;
    const above = new Map<SpanView, SpanView[]>();
    for (const b of this.satisfying(test)) {
      for (let at = structure.parent(b); at !== undefined && at !== b; at = structure.parent(at)) {
        this.host.spend(1);
        const found = above.get(at);
        if (found === undefined) above.set(at, [b]);
        else if (found.length > 1 || found.includes(b)) break;
        else found.push(b);
      }
    }
    return above;
  }

  private candidates(test: SpanTest, condition: Resolved, plan: JoinPlan): SpanBucket {
    if (plan.key === undefined) return this.ownSpans(test, condition, plan);
    let index = this.byKey.get(condition);
    if (index === undefined) this.byKey.set(condition, (index = this.indexBy(test, plan.key.inner, this.ownSpans(test, condition, plan))));
    const key = this.attempted(plan.key.outer);
    return (key === FAILED ? undefined : index.get(valueKey(key))) ?? NOTHING;
  }

  private ownSpans(test: SpanTest, condition: Resolved, plan: JoinPlan): SpanBucket {
    let bucket = this.own.get(condition);
    if (bucket === undefined) {
      const { spans } = this.host.trace;
      const tested = this.arrived?.spansOf(condition, spans);
      const left = tested === undefined ? [...plan.local, ...plan.own] : plan.own;
      bucket = new SpanBucket((tested ?? spans).filter((span) => this.satisfies(test, left, span)));
      this.own.set(condition, bucket);
    }
    return bucket;
  }

  private indexBy({ depth }: SpanTest, inner: Resolved, { spans }: SpanBucket): ReadonlyMap<unknown, SpanBucket> {
    const groups = new Map<unknown, SpanView[]>();
    for (const span of spans) {
      this.host.bind(depth, span);
      const value = this.attempted(inner);
      // NaN equals nothing, not even itself.
      if (value === FAILED || Number.isNaN(value)) continue;
      const key = valueKey(value);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [span]);
      else group.push(span);
    }
    return new Map([...groups].map(([key, group]) => [key, new SpanBucket(group)]));
  }

  private attempted(node: Resolved) {
    try {
      return this.host.value(node);
    } catch (error) {
      if (error instanceof LuaError && !(error instanceof StepsExceeded)) return FAILED;
      throw error;
    }
  }

  private satisfies({ node, depth }: SpanTest, conjuncts: readonly Resolved[], span: SpanView): boolean {
    return conjuncts.every((condition) => this.holds({ node, depth, condition }, span));
  }
}

const FAILED = Symbol('failed');
