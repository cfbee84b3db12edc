import type { Enough, SpanFunctionNode, SpanTest } from '../../trace/span-functions.js';
import type { SpanView } from '../../trace/span-view.js';
import type { Relatives, Resolved, TraceAggregate, TracePair, TraceQuantifier } from '../../tree/resolved.js';
import { type PairOrder, RELATIONS } from '../../tree/span-relation.js';
import type { Value } from '../../values/value.js';
import { CountedSpans } from './counted-spans.js';
import { type Relation } from './joined/joined-spans.js';
import type { SpanBucket } from './joined/span-bucket.js';
import { type Alternatives, alternativesOf } from './plan/alternatives.js';
import { type JoinPlan, joinPlan, readsOuter } from './plan/join-plan.js';
import { orderConstraint, type SpanOrder } from './ranks/order-constraint.js';
import { END, START } from './ranks/trace-columns.js';

/**
 * The functions over spans, answered without trying all pairs. The part of a condition about its own span is tested once per trace. Equal values of two spans are
 * found by hash, order of times and values in sorted trees, structure by intervals. Conditions on further spans are evaluated last, and only as far as needed. One
 * per rule and trace.
 */
export class IndexedSpanFunctions extends CountedSpans {
  /** The answers of conditions that do not read outer spans. */
  private readonly answers = new Map<SpanFunctionNode, Value>();

  override quantify(node: TraceQuantifier): Value {
    return this.once(node, () => {
      const test: SpanTest = { node, depth: node.depth, condition: node.condition };
      if (node.quantifier === 'count') return this.count(test, node.over);
      if (node.quantifier === 'all') return this.all(test, node.condition, node.over);
      return this.has(test, node.over);
    });
  }

  private has(test: SpanTest, over: Relatives | undefined): boolean {
    if (over === undefined) {
      const counted = this.countIfScannedOften(test, 0);
      if (counted !== undefined) return counted > 0;
    } else if (over.axis !== 'children' && test.condition !== undefined) {
      const counted = this.countRelatives(test, test.condition, over.axis, this.host.span(over.of), 0);
      if (counted !== undefined) return counted > 0;
    }
    for (const _span of this.satisfying(test, over)) return true;
    return false;
  }

  override countUpTo(node: TraceQuantifier, enough: Enough): Value {
    const existing = this.answers.get(node);
    if (existing !== undefined) return existing;
    const count = this.count({ node, depth: node.depth, condition: node.condition }, node.over, enough);
    if (!enough(count) && isIndependent(node)) this.answers.set(node, count);
    return count;
  }

  override relate(node: TracePair): Value {
    return this.once(node, () => super.relate(node));
  }

  override aggregate(node: TraceAggregate): Value {
    return this.once(node, () => {
      const bucket = this.wholeBucket(node);
      if (bucket === undefined) {
        const summed = this.summed(node);
        return summed === undefined ? super.aggregate(node) : summed.value;
      }
      let value = bucket.aggregates?.get(node);
      if (value === undefined) {
        value = { value: super.aggregate(node) };
        bucket.aggregates ??= new Map();
        bucket.aggregates.set(node, value);
      }
      return value.value;
    });
  }

  /** The spans of an aggregate, where they are the same for all outer spans that lead to them. */
  private wholeBucket({ condition, depth, field, over }: TraceAggregate): SpanBucket | undefined {
    if (condition === undefined || over !== undefined || readsOuter(field, depth)) return undefined;
    const plan = joinPlan(condition, depth);
    return plan.tests.length === 0 && plan.keys.length > 0 ? this.keyed({ depth }, condition, plan) : undefined;
  }

  private once(node: SpanFunctionNode, answer: () => Value): Value {
    if (!isIndependent(node)) return answer();
    if (this.answers.has(node)) return this.answers.get(node);
    const value = answer();
    this.answers.set(node, value);
    return value;
  }

  private count(test: SpanTest, over: Relatives | undefined, enough?: Enough): number {
    let count = 0;
    const { condition, depth } = test;
    if (over === undefined && condition !== undefined) {
      const plan = joinPlan(condition, depth);
      if (plan.tests.length === 0 && plan.keys.length > 0) return this.candidates(test, condition, plan).spans.length;
      const counted = this.countIfScannedOften(test, Number.POSITIVE_INFINITY);
      if (counted !== undefined) return counted;
    }
    if (over !== undefined && over.axis !== 'children' && condition !== undefined) {
      const counted = this.countRelatives(test, condition, over.axis, this.host.span(over.of), Number.POSITIVE_INFINITY);
      if (counted !== undefined) return counted;
    }
    for (const _span of this.satisfying(test, over)) {
      count++;
      if (enough?.(count)) break;
    }
    return count;
  }

  private all(test: SpanTest, condition: Resolved, over: Relatives | undefined): boolean {
    if (over !== undefined) {
      for (const span of this.domain(over)) if (!this.holds(test, span)) return false;
      return true;
    }
    const plan = joinPlan(condition, test.depth);
    if (!this.ownSpans(test, condition, plan).keepsAll) return false;
    const bucket = this.candidates(test, condition, plan);
    if (bucket.spans.length < this.host.trace.spans.length) return false;
    if (plan.tests.length === 0) return true;
    const linked = this.countLinked(test, plan, Number.POSITIVE_INFINITY);
    if (linked !== undefined) return linked === bucket.spans.length;
    if (this.isScannedOften(bucket) && plan.rest.length === 0) {
      const counted = this.countInIndex(test, plan, bucket, Number.POSITIVE_INFINITY);
      if (counted !== undefined) return counted === bucket.spans.length;
    }
    for (const span of bucket) {
      bucket.scanned++;
      if (!this.satisfies(test, plan.tests, span)) return false;
    }
    return true;
  }

  protected override *satisfying(test: SpanTest, over?: Relatives): Iterable<SpanView> {
    const { condition, depth } = test;
    if (condition === undefined || over?.axis === 'children') return yield* super.satisfying(test, over);
    if (over !== undefined) return yield* this.amongRelatives(test, condition, over.axis, this.host.span(over.of));
    const plan = joinPlan(condition, depth);
    const bucket = this.candidates(test, condition, plan);
    if (plan.tests.length === 0) return yield* bucket;
    if (this.isScannedOften(bucket)) {
      const alternatives = plan.rest.length === 0 ? undefined : alternativesOf(condition, depth);
      if (alternatives !== undefined) return yield* this.searchWays(test, plan, alternatives);
      return yield* this.search(test, plan, bucket);
    }
    for (const span of bucket) {
      bucket.scanned++;
      if (this.satisfies(test, plan.tests, span)) yield span;
    }
  }

  /** The spans that satisfy a test by some alternative, each once. */
  private *searchWays(test: SpanTest, plan: JoinPlan, { ways }: Alternatives): Iterable<SpanView> {
    const seen = new Set<SpanView>();
    for (const way of ways) {
      const one: SpanTest = { ...test, condition: way.condition };
      for (const span of this.search(one, way.plan, this.candidates(one, way.condition, way.plan))) {
        if (seen.has(span)) continue;
        seen.add(span);
        if (this.satisfies(test, plan.tests, span)) yield span;
      }
    }
  }

  /** The spans below or above another one that satisfy a test. */
  private *amongRelatives(test: SpanTest, condition: Resolved, axis: 'descendants' | 'ancestors', subject: SpanView): Iterable<SpanView> {
    const plan = joinPlan(condition, test.depth);
    const relation = this.relation(condition, plan, axis, subject);
    if (relation === undefined) {
      for (const span of this.walk(condition, axis, subject)) if (this.holds(test, span)) yield span;
      return;
    }
    yield* this.search(test, plan, this.candidates(test, condition, plan), relation);
  }

  protected override isRelated(
    node: TracePair,
    a: SpanView,
    second: SpanTest,
    within: number | bigint | undefined,
    tolerance: number | bigint,
  ): boolean {
    const { secondIs } = RELATIONS[node.relation];
    const plan = joinPlan(node.second, second.depth);
    if (secondIs === 'descendant' && readsOuter(node.second, second.depth)) {
      const counted = this.countRelatives(second, node.second, 'descendants', a, 0);
      if (counted !== undefined) return counted > 0;
    } else if (secondIs !== 'child' && secondIs !== 'descendant' && plan.rest.length === 0) {
      const linked = this.host.structure.hasLinks
        ? this.countLinked(second, plan, 0, { ...this.orderOfPair(node, secondIs, within, tolerance), outer: node.depth })
        : undefined;
      if (linked !== undefined) return linked > 0;
      const bucket = this.candidates(second, node.second, plan);
      const counted = this.isScannedOften(bucket)
        ? this.countInIndex(second, plan, bucket, 0, this.orderRelation(node, secondIs, a, within, tolerance))
        : undefined;
      if (counted !== undefined) return counted > 0;
    }
    return super.isRelated(node, a, second, within, tolerance);
  }

  private orderOfPair(
    { relation }: TracePair,
    order: PairOrder,
    within: number | bigint | undefined,
    tolerance: number | bigint,
  ): SpanOrder {
    return { isFirst: order === 'before', tolerance: RELATIONS[relation].asks === 'none' ? -tolerance : tolerance, within };
  }

  private orderRelation(
    node: TracePair,
    secondIs: PairOrder,
    a: SpanView,
    within: number | bigint | undefined,
    tolerance: number | bigint,
  ): Relation {
    const columns = this.traceColumns();
    const order = this.orderOfPair(node, secondIs, within, tolerance);
    return {
      constraint: orderConstraint(columns, columns.indexOf(a), order),
      columns: new Set([order.isFirst ? END : START]),
      stands: (b) => this.stand(node, a, b, within, tolerance),
    };
  }

  protected override *related(
    node: TracePair,
    a: SpanView,
    second: SpanTest,
    within: number | bigint | undefined,
    tolerance: number | bigint,
  ): Iterable<SpanView> {
    const { structure } = this.host;
    const { secondIs } = RELATIONS[node.relation];
    if (secondIs === 'child') {
      for (const b of structure.children(a)) if (this.holds(second, b)) yield b;
    } else if (secondIs === 'descendant') {
      if (readsOuter(node.second, second.depth)) yield* this.amongRelatives(second, node.second, 'descendants', a);
      else yield* this.below(a, second);
    } else {
      const plan = joinPlan(node.second, second.depth);
      const candidates = this.candidates(second, node.second, plan);
      if (this.isScannedOften(candidates)) {
        yield* this.search(second, plan, candidates, this.orderRelation(node, secondIs, a, within, tolerance));
        return;
      }
      for (const b of this.near(secondIs, a, candidates, within, tolerance)) {
        candidates.scanned++;
        if (this.stand(node, a, b, within, tolerance) && this.satisfies(second, plan.tests, b)) yield b;
      }
    }
  }

  /** The candidates that can be related by the clocks; links may decide otherwise. */
  private *near(
    secondIs: PairOrder,
    a: SpanView,
    candidates: SpanBucket,
    within: number | bigint | undefined,
    tolerance: number | bigint,
  ): Iterable<SpanView> {
    const slack = Math.max(0, Math.ceil(Number(tolerance)));
    const reach = within === undefined ? undefined : Math.ceil(Number(within)) + slack;
    const isSmall = Number.isFinite(slack) && (reach === undefined || Number.isFinite(reach));
    if (this.host.structure.hasLinks || !isSmall) return yield* candidates.spans;
    // Pairs that only the tolerance of clocks puts in order come last, because they are rarely needed.
    const disagree = slack > 0 && this.host.structure.hasSeveralServices;
    if (secondIs === 'before') {
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

  /** Walks up from every span that satisfies the test, each path at most twice: with two such spans, each member of a ring has another one. */
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
}

const independent = new WeakMap<SpanFunctionNode, boolean>();

/** Reads no outer spans: it has one answer for the whole trace. */
function isIndependent(node: SpanFunctionNode): boolean {
  let existing = independent.get(node);
  if (existing === undefined) independent.set(node, (existing = !readsOuter(node, node.depth)));
  return existing;
}
