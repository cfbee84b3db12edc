import { aggregate } from '../../../trace/aggregate.js';
import type { SpanView } from '../../../trace/span-view.js';
import type { Relatives, TraceAggregate } from '../../../tree/resolved.js';
import type { Value } from '../../../values/value.js';
import { type JoinPlan, joinPlan, readsOuter } from '../plan/join-plan.js';
import { RelativesConstraint } from '../ranks/order-constraint.js';
import { SpanSums } from '../ranks/span-sums.js';
import type { ColumnConstraint } from '../ranks/span-tree.js';
import { SummedRanks } from '../ranks/summed-ranks.js';
import { NEVER } from '../ranks/value-column.js';
import { type JoinedSpanIndex, regionsOf } from './joined-span-index.js';
import { BELOW, EVERY, JoinedSpans, VISITS_PER_STEP } from './joined-spans.js';
import { FEW, SpanBucket } from './span-bucket.js';

/** The values that aggregates read of an index's spans: by rank, and in the order of its tree. */
interface Sums {
  readonly ranks: SummedRanks;
  values(): SpanSums;
}

function sumsOf(values: readonly Value[], index: JoinedSpanIndex): Sums | undefined {
  const ranks = SummedRanks.of(values, (weights) => index.countsOf(weights));
  if (ranks === undefined) return undefined;
  let sorted: SpanSums | undefined;
  return {
    ranks,
    values: () => (sorted ??= SpanSums.of(Array.from(index.tree.order, (place) => values[place])) as SpanSums),
  };
}

/** The plan of no condition. */
const EVERY_SPAN: JoinPlan = { local: [], own: [], keys: [], sorted: [], rest: [], tests: [] };

/** Sums over spans that trees find: those in a window, or below a span. */
export abstract class SummedSpans extends JoinedSpans {
  /** What aggregates read, by the index of the spans. */
  private readonly sums = new Map<TraceAggregate, Map<JoinedSpanIndex, Sums | undefined>>();
  private whole: SpanBucket | undefined;
  /** The number of relatives that aggregates visited. */
  private readonly walks = new Map<TraceAggregate, number>();

  /** A sum over spans that a tree finds: those in a window, or below a span. Undefined where the spans must be visited. */
  protected summed(node: TraceAggregate): { readonly value: Value } | undefined {
    const { aggregate: name, condition, depth, field, over } = node;
    if ((name !== 'sum' && name !== 'avg') || readsOuter(field, depth)) return undefined;
    const plan = condition === undefined ? EVERY_SPAN : joinPlan(condition, depth);
    if (plan.rest.length > 0 || (over === undefined ? plan.tests.length === 0 : over.axis !== 'descendants')) return undefined;
    const bucket = condition === undefined ? this.everySpan() : this.candidates({ node, depth, condition }, condition, plan);
    const below = over === undefined ? undefined : this.host.structure.intervals.indexOf.get(this.host.span(over.of));
    if (over !== undefined && below === undefined) return undefined;
    if (over === undefined ? !this.isScannedOften(bucket) : !this.isWalkedOften(node, over)) return undefined;
    const index = this.indexed(bucket, depth, plan, over === undefined ? EVERY : BELOW);
    const sums = index.apart.length > 0 ? undefined : this.sumsOf(node, index);
    const constraints = sums === undefined ? undefined : this.constraints(plan, index);
    if (sums === undefined || constraints === undefined) return undefined;
    if (constraints === NEVER) return { value: sums.ranks.over(name, []) };
    if (constraints.left.length > 0) return undefined;
    JoinedSpans.searches++;
    const relatives = below === undefined ? [] : [new RelativesConstraint(this.traceColumns(), below, 'descendants')];
    const value = this.sumOf(name, sums, index, [...relatives, ...constraints.constraints]);
    return { value };
  }

  /** Relatives are visited one by one until twice as many were visited as there are spans, regardless of other joins. */
  private isWalkedOften(node: TraceAggregate, over: Relatives): boolean {
    const walked = this.walks.get(node) ?? 0;
    if (walked > Math.max(FEW, 2 * this.host.trace.spans.length)) return !this.testsEach;
    this.walks.set(node, walked + this.domain(over).length);
    return false;
  }

  private sumOf(name: 'sum' | 'avg', { ranks, values }: Sums, index: JoinedSpanIndex, constraints: readonly ColumnConstraint[]): Value {
    const regions = regionsOf(constraints);
    const price = regions && ranks.price(regions);
    if (regions !== undefined && price !== undefined && price <= index.size) {
      const before = ranks.visits;
      const value = ranks.over(name, regions);
      this.host.spend((ranks.visits - before) / VISITS_PER_STEP);
      return value;
    }
    const before = index.tree.visits;
    const value = values().over(name, index.tree.within(constraints));
    this.host.spend((index.tree.visits - before) / VISITS_PER_STEP);
    return value;
  }

  private everySpan(): SpanBucket {
    this.whole ??= new SpanBucket(this.host.trace.spans);
    return this.whole;
  }

  /** The values that an aggregate reads of an index's spans. */
  private sumsOf(node: TraceAggregate, index: JoinedSpanIndex): Sums | undefined {
    let existing = this.sums.get(node);
    if (existing === undefined) this.sums.set(node, (existing = new Map()));
    if (!existing.has(index)) {
      const read = (span: SpanView): Value =>
        this.attempt(node.field, node.depth, span, () => {
          const value = this.host.value(node.field);
          return value === undefined ? undefined : aggregate.checked(node.aggregate, value);
        });
      const values = Array.from({ length: index.size }, (_, place) => read(index.spanAt(place)));
      existing.set(index, sumsOf(values, index));
    }
    return existing.get(index);
  }
}
