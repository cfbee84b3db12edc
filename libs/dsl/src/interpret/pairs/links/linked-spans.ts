import type { SpanTest } from '../../../trace/span-functions.js';
import type { Resolved } from '../../../tree/resolved.js';
import { StepsExceeded } from '../../../values/lua/budget-exceeded.js';
import { LuaError } from '../../../values/lua/lua-error.js';
import { VISITS_PER_STEP } from '../joined/joined-spans.js';
import { FEW, type SpanBucket } from '../joined/span-bucket.js';
import { SummedSpans } from '../joined/summed-spans.js';
import type { JoinPlan, OrderJoin } from '../plan/join-plan.js';
import { linkedQuestion, partsOfQuestion } from '../plan/linked-question.js';
import { type SpanOrder, windowOf } from '../ranks/order-constraint.js';
import { END, START, type TraceColumns } from '../ranks/trace-columns.js';
import { NEVER } from '../ranks/value-column.js';
import { CauseGraph } from './cause-graph.js';
import { type AskedGroup, type AskedOrder, type AskedSpans, askingVisits, LinkedPairs } from './linked-pairs.js';
import { LinkedValues } from './linked-values.js';

/** An order to the outer span, in addition to the condition. */
export interface LinkedOrder extends SpanOrder {
  /** The depth at which the outer span is bound. */
  readonly outer: number;
}

/** Spans without an answer so far. */
const UNKNOWN = -1;

/** Steps per outer span, and per span or edge of the graph of causes. */
const OUTER_STEPS = 2;
const GRAPH_STEPS = 1;

/** Questions about order on traces with links: the first one computes the answers for all spans of the trace. */
export abstract class LinkedSpans extends SummedSpans {
  /** The number of searches that used it, over all evaluations: for tests. */
  static questions = 0;

  /** By condition and position of the outer span: how many satisfy it. */
  private readonly counts = new Map<Resolved, Int32Array | undefined>();
  private graph: CauseGraph | undefined;

  /** The number of spans that satisfy a test, exact up to `max`. Undefined where trees answer, or each pair must be examined. */
  protected countLinked(test: SpanTest, plan: JoinPlan, max: number, order?: LinkedOrder): number | undefined {
    const { structure, trace } = this.host;
    const { condition, depth } = test;
    if (!structure.hasLinks || condition === undefined || this.testsEach) return undefined;
    const outerDepth = linkedQuestion(condition, depth, plan, order?.outer);
    if (outerDepth === undefined) return undefined;
    // On small traces a few pairs are examined first.
    if (trace.spans.length <= FEW && this.candidates(test, condition, plan).scanned <= FEW) return undefined;
    const outer = this.host.span({ type: 'bound', depth: outerDepth });
    const position = this.traceColumns().indexOf(outer);
    if (position === undefined) return undefined;
    let counts = this.counts.get(condition);
    if (counts === undefined) {
      LinkedSpans.questions++;
      try {
        this.counts.set(condition, (counts = this.countAll(test, condition, plan, outerDepth, max, order)));
      } finally {
        this.host.bind(outerDepth, outer);
      }
    }
    const count = counts[position]!;
    return count === UNKNOWN ? undefined : count;
  }

  private countAll(
    test: SpanTest,
    condition: Resolved,
    plan: JoinPlan,
    outerDepth: number,
    max: number,
    order: LinkedOrder | undefined,
  ): Int32Array {
    const { spans } = this.host.trace;
    const columns = this.traceColumns();
    const graph = this.causeGraph();
    const candidates = this.ownSpans(test, condition, plan).spans;
    const orders = plan.sorted.filter((join) => join.type === 'order');
    const values = new LinkedValues(
      plan.sorted.filter((join) => join.type === 'value'),
      candidates,
      columns,
      (node, span) => {
        this.host.bind(test.depth, span);
        return this.attempted(node);
      },
    );
    const areFirst = [...(order === undefined ? [] : [order.isFirst]), ...orders.map(({ isFirst }) => isFirst)];
    const counts = new Int32Array(spans.length);
    const groups = new Map<SpanBucket, AskedGroup>();
    const asking: (AskedSpans | undefined)[] = spans.map((span, position) => {
      this.host.spend(OUTER_STEPS);
      this.host.bind(outerDepth, span);
      const bucket = this.candidates(test, condition, plan);
      if (bucket.spans.length === 0) return undefined;
      const constraints = this.outerConstraints(orders, values, position, order);
      if (constraints === NEVER) return undefined;
      if (constraints === undefined) {
        counts[position] = UNKNOWN;
        return undefined;
      }
      let group = groups.get(bucket);
      if (group === undefined) groups.set(bucket, (group = { members: membersOf(bucket, columns, areFirst[0]!), asking: [] }));
      group.asking.push(constraints);
      return constraints;
    });
    const pay = (visits: number): void => this.host.spend(visits / VISITS_PER_STEP);
    const visits = askingVisits(partsOfQuestion(plan, order !== undefined));
    new LinkedPairs(columns, graph, areFirst, values.ranks, visits, pay).count(groups.values(), max);
    asking.forEach((pairs, position) => {
      if (pairs !== undefined) counts[position] = pairs.count;
    });
    return counts;
  }

  /** The constraints of the outer span at a position, when it is bound. */
  private outerConstraints(
    orders: readonly OrderJoin[],
    values: LinkedValues,
    position: number,
    order: LinkedOrder | undefined,
  ): AskedSpans | typeof NEVER | undefined {
    const columns = this.traceColumns();
    const found: AskedOrder[] = [];
    if (order !== undefined) {
      const window = windowOf(columns, position, order);
      if (window === undefined) return undefined;
      found.push({ position, window });
    }
    for (const join of orders) {
      const one = this.orderTo(join, columns);
      if (one === NEVER || one === undefined) return one;
      found.push(one);
    }
    const ranges = values.asked((node) => this.attempted(node));
    if (ranges === NEVER || ranges === undefined) return ranges;
    return { orders: found, ranges, count: 0 };
  }

  private orderTo({ outer, isFirst, conjunct }: OrderJoin, columns: TraceColumns): AskedOrder | typeof NEVER | undefined {
    try {
      const position = columns.indexOf(this.host.span(outer));
      const tolerance = this.host.tolerance(conjunct.tolerance);
      const window = position === undefined ? undefined : windowOf(columns, position, { isFirst, tolerance, within: undefined });
      return window && { position: position as number, window };
    } catch (error) {
      if (error instanceof LuaError && !(error instanceof StepsExceeded)) return NEVER;
      throw error;
    }
  }

  private causeGraph(): CauseGraph {
    if (this.graph === undefined) {
      const { structure, trace } = this.host;
      this.graph = CauseGraph.of(trace.spans, structure);
      this.host.spend(this.graph.size * GRAPH_STEPS);
    }
    return this.graph;
  }
}

/** The most likely spans in this order first: the earliest to end, or the latest to start. */
function membersOf({ spans }: SpanBucket, trace: TraceColumns, isFirst: boolean): readonly number[] {
  const times = trace.columns[isFirst ? END : START]!;
  const positions = spans.map((span) => trace.indexOf(span) as number);
  return positions.sort(isFirst ? (a, b) => times[a]! - times[b]! : (a, b) => times[b]! - times[a]!);
}
