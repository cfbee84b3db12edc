import { SpanFunctions, type SpanFunctionsHost, type SpanTest } from '../../../trace/span-functions.js';
import type { SpanView } from '../../../trace/span-view.js';
import type { Resolved } from '../../../tree/resolved.js';
import { StepsExceeded } from '../../../values/lua/budget-exceeded.js';
import { LuaError } from '../../../values/lua/lua-error.js';
import type { Value } from '../../../values/value.js';
import type { TestedOnArrival } from '../../tested-on-arrival.js';
import type { JoinPlan } from '../plan/join-plan.js';
import { orderConstraint } from '../ranks/order-constraint.js';
import type { ColumnConstraint } from '../ranks/span-tree.js';
import { ENTER, TraceColumns } from '../ranks/trace-columns.js';
import { FAILED, NEVER } from '../ranks/value-column.js';
import { boxRejection, type FurtherSpans, joinedBounds } from './box-rejection.js';
import { JoinedSpanIndex } from './joined-span-index.js';
import { KeyedSpans } from './keyed-spans.js';
import { SpanBucket } from './span-bucket.js';

export const EVERY: ReadonlySet<number> = new Set();
export const BELOW: ReadonlySet<number> = new Set([ENTER]);

/** The number of boxes or spans of a tree that cost one step to examine. */
export const VISITS_PER_STEP = 8;
/** Steps per span of a trace, or of an index, for columns and sorting. */
const COLUMN_STEPS = 2;

/** The relation of the sought spans to an outer one, in addition to their condition. */
export interface Relation {
  /** Undefined where only `stands` decides. */
  readonly constraint: ColumnConstraint | undefined;
  /** The columns that it reads. */
  readonly columns: ReadonlySet<number>;
  stands(span: SpanView): boolean;
}

/** Finds spans that satisfy conditions by their joins to outer spans. */
export abstract class JoinedSpans extends SpanFunctions {
  /** The number of searches in trees, over all evaluations: for tests of trees. */
  static searches = 0;

  /**
   * @param arrived the tests made when the spans arrived; without it all are made now
   * @param testsEach test every comparison, so that failures are seen: no trees
   */
  constructor(
    host: SpanFunctionsHost,
    private readonly arrived?: TestedOnArrival,
    protected readonly testsEach = false,
  ) {
    super(host);
  }

  /** Enough spans of the bucket were scanned to make a tree worthwhile. */
  protected isScannedOften(bucket: SpanBucket): boolean {
    return bucket.isScannedOften && !this.testsEach;
  }

  /** By condition: the spans on which its own conjuncts hold; and those by the values of its keys. */
  private readonly own = new Map<Resolved, SpanBucket>();
  private readonly byKey = new Map<Resolved, KeyedSpans>();
  private columns: TraceColumns | undefined;

  /** The candidates that satisfy the rest of the plan and are related, found in a tree. */
  protected *search(test: SpanTest, plan: JoinPlan, bucket: SpanBucket, relation?: Relation): Iterable<SpanView> {
    if (!this.isScannedOften(bucket)) {
      for (const span of bucket) {
        bucket.scanned++;
        if (relation?.stands(span) !== false && this.satisfies(test, plan.tests, span)) yield span;
      }
      return;
    }
    const index = this.indexed(bucket, test.depth, plan, relation?.columns ?? EVERY);
    const indexConstraints = this.constraints(plan, index);
    JoinedSpans.searches++;
    for (const span of index.apart) if (relation?.stands(span) !== false && this.satisfies(test, plan.tests, span)) yield span;
    if (indexConstraints === NEVER) return;
    const { constraint } = relation ?? {};
    const isTested = relation !== undefined && constraint === undefined;
    const constraints = constraint === undefined ? indexConstraints.constraints : [constraint, ...indexConstraints.constraints];
    const { tree } = index;
    let paid = tree.visits;
    const rejection = this.host.structure.hasLinks ? undefined : boxRejection(plan, test.depth, index, this.further);
    for (const position of tree.find(constraints, rejection)) {
      this.host.spend((tree.visits - paid) / VISITS_PER_STEP);
      paid = tree.visits;
      const span = index.at(position);
      if ((!isTested || relation.stands(span)) && this.satisfies(test, indexConstraints.left, span)) yield span;
    }
    this.host.spend((tree.visits - paid) / VISITS_PER_STEP);
  }

  protected indexed(bucket: SpanBucket, depth: number, plan: JoinPlan, columns: ReadonlySet<number>): JoinedSpanIndex {
    if (bucket.index === undefined) {
      this.host.spend(bucket.spans.length * COLUMN_STEPS);
      bucket.index = new JoinedSpanIndex(
        bucket.spans,
        this.traceColumns(),
        plan,
        columns,
        (inner, span) => {
          this.host.bind(depth, span);
          return this.attempted(inner);
        },
        this.host.structure.hasLinks ? [] : joinedBounds(plan, depth, this.further),
      );
    }
    return bucket.index;
  }

  protected traceColumns(): TraceColumns {
    if (this.columns === undefined) {
      this.host.spend(this.host.trace.spans.length * COLUMN_STEPS);
      this.columns = TraceColumns.of(this.host.trace, this.host.structure);
    }
    return this.columns;
  }

  /** The constraints of the plan's sorted joins for the bound outer spans, and the remaining tests. */
  protected constraints(
    plan: JoinPlan,
    index: JoinedSpanIndex,
  ): { readonly constraints: readonly ColumnConstraint[]; readonly left: readonly Resolved[] } | typeof NEVER {
    const constraints: ColumnConstraint[] = [];
    const left = [...plan.rest];
    for (const join of plan.sorted) {
      const constraint =
        join.type === 'value' ? index.column(join).constraint(({ node }) => this.attempted(node)) : this.orderOf(join.conjunct, join);
      if (constraint === NEVER) return NEVER;
      if (constraint === undefined) left.push(join.conjunct);
      else constraints.push(constraint);
    }
    return { constraints, left };
  }

  /** The number of spans of an index that satisfy the constraints of the outer spans; stops beyond `max`. */
  protected counted(index: JoinedSpanIndex, constraints: readonly ColumnConstraint[], max: number): number {
    const before = index.visits;
    const count = index.count(constraints, max);
    this.host.spend((index.visits - before) / VISITS_PER_STEP);
    return count;
  }

  private orderOf(
    { tolerance }: { readonly tolerance?: Resolved },
    { outer, isFirst }: { readonly outer: Parameters<SpanFunctionsHost['span']>[0]; readonly isFirst: boolean },
  ): ColumnConstraint | typeof NEVER | undefined {
    const columns = this.traceColumns();
    return this.tried(
      () =>
        orderConstraint(columns, columns.indexOf(this.host.span(outer)), {
          isFirst,
          tolerance: this.host.tolerance(tolerance),
          within: undefined,
        }),
      NEVER,
    );
  }

  /** The data about the looked-up spans that questions about many spans at once need. */
  private readonly further: FurtherSpans = {
    columnsOf: () => this.traceColumns(),
    bucketOf: (node, plan) => this.candidates({ node, depth: node.depth, condition: node.condition }, node.condition, plan),
    indexOf: (bucket, { depth, over }, plan) => this.indexed(bucket, depth, plan, over === undefined ? EVERY : BELOW),
    orderOf: (join) => this.orderOf(join.conjunct, join),
    toleranceOf: (tolerance) => this.tried(() => this.host.tolerance(tolerance), undefined),
    attempted: (node) => this.attempted(node),
    joinedTo: (span, { node, plan }) => {
      this.host.bind(node.depth - 1, span);
      return this.keyed({ node, depth: node.depth, condition: node.condition }, node.condition, plan);
    },
    pay: (visits) => this.host.spend(visits / VISITS_PER_STEP),
  };

  protected candidates(test: SpanTest, condition: Resolved, plan: JoinPlan): SpanBucket {
    return plan.keys.length === 0 ? this.ownSpans(test, condition, plan) : this.keyed(test, condition, plan);
  }

  protected keyed(test: Pick<SpanTest, 'depth'> & Partial<SpanTest>, condition: Resolved, plan: JoinPlan): SpanBucket {
    let keyed = this.byKey.get(condition);
    if (keyed === undefined) {
      keyed = new KeyedSpans();
      for (const span of this.ownSpans(test, condition, plan)) {
        this.host.bind(test.depth, span);
        keyed.add(
          plan.keys.map(({ inner }) => this.attempted(inner)),
          span,
        );
      }
      this.byKey.set(condition, keyed);
    }
    return keyed.at(plan.keys, ({ outer }) => this.attempted(outer));
  }

  protected ownSpans(test: Pick<SpanTest, 'depth'> & Partial<SpanTest>, condition: Resolved, plan: JoinPlan): SpanBucket {
    let bucket = this.own.get(condition);
    if (bucket === undefined) {
      const { spans } = this.host.trace;
      const tested = this.arrived?.spansOf(condition, spans);
      const left = tested === undefined ? [...plan.local, ...plan.own] : plan.own;
      bucket = new SpanBucket(tested ?? spans, (span) => this.satisfies(test as SpanTest, left, span));
      this.own.set(condition, bucket);
    }
    return bucket;
  }

  protected attempted(node: Resolved): Value | typeof FAILED {
    return this.tried(() => this.host.value(node), FAILED);
  }

  private tried<T, U>(ask: () => T, failed: U): T | U {
    try {
      return ask();
    } catch (error) {
      if (error instanceof LuaError && !(error instanceof StepsExceeded)) return failed;
      throw error;
    }
  }

  protected satisfies({ node, depth }: SpanTest, conjuncts: readonly Resolved[], span: SpanView): boolean {
    return conjuncts.every((condition) => this.holds({ node, depth, condition }, span));
  }
}
