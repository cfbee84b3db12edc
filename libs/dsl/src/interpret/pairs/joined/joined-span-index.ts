import type { SpanView } from '../../../trace/span-view.js';
import { formatExpression } from '../../../tree/format-expression.js';
import type { Resolved } from '../../../tree/resolved.js';
import type { Value } from '../../../values/value.js';
import type { BoxQuestion } from '../plan/box-question.js';
import type { JoinPlan, ValueJoin } from '../plan/join-plan.js';
import { intersected, type Region } from '../ranks/region.js';
import { SpanCounts } from '../ranks/span-counts.js';
import { type ColumnConstraint, SpanTree } from '../ranks/span-tree.js';
import { END, ENTER, LEAVE, SERVICE, START, type TraceColumns } from '../ranks/trace-columns.js';
import { type FAILED, ValueColumn } from '../ranks/value-column.js';
import type { SpanBucket } from './span-bucket.js';

/** Reads the inner value of a comparison. */
export type InnerValue = (node: Resolved, span: SpanView) => Value | typeof FAILED;

/** Tree positions and services usually select little: times and values divide better. */
const PLACES = 32;
const FEW_SERVICES = 8;

/** Which spans are joined to a span by the keys of a further question. */
export interface JoinedBounds {
  readonly question: BoxQuestion;
  of(span: SpanView): SpanBucket;
}

/** Some spans of a trace, indexed for the sorted joins of a plan. */
export class JoinedSpanIndex {
  private readonly columns: readonly Int32Array[];
  private readonly dividing: ReadonlyMap<number, number>;
  private boxes: SpanTree | undefined;
  private counted: SpanCounts | undefined;
  /** How often the tree counted, and how often sums of regions would have been cheaper. */
  private treeCounts = 0;
  private failed = 0;
  /** Spans whose order the columns cannot decide: they are tested one by one. */
  readonly apart: readonly SpanView[];
  private readonly spans: readonly SpanView[];
  private readonly values = new Map<ValueJoin, ValueColumn>();
  private readonly bounds = new Map<BoxQuestion, number>();

  /** @param times the columns of relations between spans, in addition to the plan's joins */
  constructor(
    spans: readonly SpanView[],
    trace: TraceColumns,
    plan: JoinPlan,
    times: ReadonlySet<number>,
    read: InnerValue,
    joined: readonly JoinedBounds[],
  ) {
    const dividing = new Map<number, number>([...times].map((column) => [column, 1]));
    for (const join of plan.sorted) if (join.type === 'order') dividing.set(join.isFirst ? END : START, 1);
    const isOrdered = dividing.size > 0;
    const ofServices = trace.services <= FEW_SERVICES ? 4 : PLACES;
    if (isOrdered) dividing.set(ENTER, PLACES);
    if (isOrdered && trace.services > 1) dividing.set(SERVICE, ofServices);
    const positions = spans.map((span) => trace.indexOf(span) as number);
    // Parents alone decide about descendants.
    const isTimed = dividing.has(START) || dividing.has(END);
    this.apart = isTimed ? spans.filter((_span, at) => trace.isLinked(positions[at]!)) : [];
    this.spans = isTimed ? spans.filter((_span, at) => !trace.isLinked(positions[at]!)) : spans;
    const kept = isTimed ? positions.filter((position) => !trace.isLinked(position)) : positions;
    const columns: Int32Array[] = trace.columns.map((column) => Int32Array.from(kept, (position) => column[position]!));
    const ofValues = new Map<string, number>();
    for (const join of plan.sorted) {
      if (join.type !== 'value') continue;
      // Comparisons of one value are ranges of one column.
      const same = join.operator === '~=' ? undefined : formatExpression(join.inner.syntax);
      const shared = same === undefined ? undefined : ofValues.get(same);
      const index = shared ?? columns.length;
      const column = new ValueColumn(
        join,
        this.spans.map((span) => read(join.inner, span)),
        index,
      );
      this.values.set(join, column);
      if (shared !== undefined) continue;
      if (same !== undefined) ofValues.set(same, index);
      columns.push(column.ranks);
      dividing.set(index, 1);
    }
    for (const { question, of } of joined) {
      this.bounds.set(question, columns.length);
      const limits = this.spans.map((span) => limitsOf(of(span), trace));
      // Order asks for the end of the earlier and the start of the later span; then for tree positions and services.
      for (const limit of [2 * START + 1, 2 * END]) dividing.set(columns.length + limit, 1);
      dividing.set(columns.length + 2 * ENTER + 1, PLACES);
      dividing.set(columns.length + 2 * SERVICE + 1, ofServices);
      for (let limit = 0; limit < 2 * JOINED.length; limit++) columns.push(Int32Array.from(limits, (bounds) => bounds[limit]!));
    }
    this.columns = columns;
    this.dividing = dividing;
  }

  get tree(): SpanTree {
    this.boxes ??= new SpanTree(this.columns, this.dividing);
    return this.boxes;
  }

  /** Boxes and spans examined so far. */
  get visits(): number {
    return (this.boxes?.visits ?? 0) + (this.counted?.visits ?? 0);
  }

  /**
   * The number of spans that satisfy all constraints, exact up to `max`. The tree is fast where spans are close together, or a witness is found soon.
   * Where it would examine many boxes, sums of regions are used.
   */
  count(constraints: readonly ColumnConstraint[], max: number): number {
    const regions = regionsOf(constraints);
    this.counted ??= new SpanCounts(comparable(this.columns));
    const price = regions && this.counted.price(regions);
    if (regions === undefined || price === undefined || price > this.size) return this.tree.count(constraints, max);
    if (this.failed <= 4 + this.treeCounts / 8) {
      this.treeCounts++;
      const count = this.tree.countWithin(constraints, max, Math.max(FEW_VISITS, price));
      if (count !== undefined) return count;
      this.failed++;
    }
    return this.counted.totals(regions)[0]!;
  }

  /** Counts of its spans with weights. */
  countsOf(weights: readonly Float64Array[]): SpanCounts {
    return new SpanCounts(this.columns, weights);
  }

  /** The span at a place of the columns. */
  spanAt(place: number): SpanView {
    return this.spans[place]!;
  }

  get size(): number {
    return this.spans.length;
  }

  /** The first of the columns with the minimum and the maximum of each of JOINED over the spans joined to each span. */
  boundsOf(question: BoxQuestion): number {
    return this.bounds.get(question) as number;
  }

  column(join: ValueJoin): ValueColumn {
    return this.values.get(join) as ValueColumn;
  }

  /** The span at a position of the tree. */
  at(position: number): SpanView {
    return this.spans[this.tree.order[position]!]!;
  }
}

/** The columns without spans on which a comparison fails: no constraint of the plan admits them. */
function comparable(columns: readonly Int32Array[]): readonly Int32Array[] {
  if (columns.every((column) => column.every((rank) => rank >= 0))) return columns;
  const complete = [...columns[0]!.keys()].filter((place) => columns.every((column) => column[place]! >= 0));
  return columns.map((column) => Int32Array.from(complete, (place) => column[place]!));
}

/** Maximum of regions to sum. */
const MAX_REGIONS = 64;
const FEW_VISITS = 64;

/** The spans that satisfy all constraints, as a sum of regions. Undefined where there is no such sum. */
export function regionsOf(constraints: readonly ColumnConstraint[]): readonly Region[] | undefined {
  let regions: readonly Region[] = [{ sign: 1, ranges: [] }];
  for (const constraint of constraints) {
    const added = constraint.regions?.();
    if (added === undefined || regions.length * added.length > MAX_REGIONS) return undefined;
    regions = intersected(regions, added);
  }
  return regions;
}

/** The columns of joined spans with known limits. */
export const JOINED: readonly number[] = [START, END, ENTER, LEAVE, SERVICE];

/** Without spans the minimum exceeds the maximum. */
function limitsOf(bucket: SpanBucket, trace: TraceColumns): readonly number[] {
  bucket.limits ??= JOINED.flatMap((column) => {
    let low = 2 * trace.columns[column]!.length;
    let high = -1;
    for (const span of bucket.spans) {
      const rank = trace.columns[column]![trace.indexOf(span) as number]!;
      low = Math.min(low, rank);
      high = Math.max(high, rank);
    }
    return [low, high];
  });
  return bucket.limits;
}
