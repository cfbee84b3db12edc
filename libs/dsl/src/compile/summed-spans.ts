import { aggregate } from '../aggregate.js';
import type { TraceAggregate } from '../resolved.js';
import type { SpanView } from '../span-view.js';
import type { Value } from '../value.js';
import { type JoinPlan, joinPlan, readsOuter } from './join-plan.js';
import { BELOW, EVERY, JoinedSpans, VISITS_PER_STEP } from './joined-spans.js';
import { RelativesConstraint } from './order-constraint.js';
import { SpanBucket } from './span-bucket.js';
import type { SpanIndex } from './span-index.js';
import { SpanSums } from './span-sums.js';
import { NEVER } from './value-column.js';

/** The plan of no condition. */
const EVERY_SPAN: JoinPlan = { local: [], own: [], keys: [], sorted: [], rest: [], tests: [] };

/** Sums over spans that trees find: those in a window, or below a span. */
export abstract class SummedSpans extends JoinedSpans {
  /** What aggregates read, by the index of the spans. */
  private readonly sums = new Map<TraceAggregate, Map<SpanIndex, SpanSums | undefined>>();
  private whole: SpanBucket | undefined;

  /** A sum over spans that a tree finds: those in a window, or below a span. Undefined where the spans are to be come by. */
  protected summed(node: TraceAggregate): { readonly value: Value } | undefined {
    const { aggregate: name, condition, depth, field, over } = node;
    if ((name !== 'sum' && name !== 'avg') || readsOuter(field, depth)) return undefined;
    const plan = condition === undefined ? EVERY_SPAN : joinPlan(condition, depth);
    if (plan.rest.length > 0 || (over === undefined ? plan.tests.length === 0 : over.axis !== 'descendants')) return undefined;
    const bucket = condition === undefined ? this.everySpan() : this.candidates({ node, depth, condition }, condition, plan);
    const below = over === undefined ? undefined : this.host.structure.intervals.indexOf.get(this.host.span(over.of));
    if (over !== undefined && (below === undefined || this.host.structure.hasLinks)) return undefined;
    if (!this.isWorn(bucket)) {
      // Where relatives are come by, the bucket does not see it.
      if (over !== undefined) bucket.scanned += this.domain(over).length;
      return undefined;
    }
    const index = this.indexed(bucket, depth, plan, over === undefined ? EVERY : BELOW);
    const sums = index.apart.length > 0 ? undefined : this.sumsOf(node, index);
    const asked = sums === undefined ? undefined : this.constraints(plan, index);
    if (sums === undefined || asked === undefined) return undefined;
    if (asked === NEVER) return { value: sums.over(name, []) };
    if (asked.left.length > 0) return undefined;
    JoinedSpans.searches++;
    const before = index.tree.visits;
    const relatives = below === undefined ? [] : [new RelativesConstraint(this.traceColumns(), below, 'descendants')];
    const value = sums.over(name, index.tree.within([...relatives, ...asked.constraints]));
    this.host.spend((index.tree.visits - before) / VISITS_PER_STEP);
    return { value };
  }

  private everySpan(): SpanBucket {
    this.whole ??= new SpanBucket(this.host.trace.spans);
    return this.whole;
  }

  /** What an aggregate reads of the spans of an index. */
  private sumsOf(node: TraceAggregate, index: SpanIndex): SpanSums | undefined {
    let known = this.sums.get(node);
    if (known === undefined) this.sums.set(node, (known = new Map()));
    if (!known.has(index)) {
      const read = (span: SpanView): Value =>
        this.attempt(node.field, node.depth, span, () => {
          const value = this.host.value(node.field);
          return value === undefined ? undefined : aggregate.checked(node.aggregate, value);
        });
      known.set(index, SpanSums.of(Array.from({ length: index.size }, (_, position) => read(index.at(position)))));
    }
    return known.get(index);
  }
}
