import type { Resolved } from '../resolved.js';
import type { SpanView } from '../span-view.js';
import type { Value } from '../value.js';
import type { BoxQuestion } from './box-question.js';
import type { JoinPlan, ValueJoin } from './join-plan.js';
import type { SpanBucket } from './span-bucket.js';
import { SpanTree } from './span-tree.js';
import { END, ENTER, LEAVE, SERVICE, START, TRACE_COLUMNS, type TraceColumns } from './trace-columns.js';
import { type FAILED, ValueColumn } from './value-column.js';

/** Reads what a comparison reads of its own span. */
export type InnerValue = (node: Resolved, span: SpanView) => Value | typeof FAILED;

/** Where spans hang in their trees, and of which service they are, most often asks little: times and values divide better. */
const PLACES = 32;
const FEW_SERVICES = 8;

/** Which spans are joined to a span by the keys of a further question. */
export interface JoinedBounds {
  readonly question: BoxQuestion;
  of(span: SpanView): SpanBucket;
}

/** Some spans of a trace, to be found by what a plan's sorted joins ask of them. */
export class SpanIndex {
  readonly tree: SpanTree;
  /** Those about whose order columns can't tell: they are tested one by one. */
  readonly apart: readonly SpanView[];
  private readonly spans: readonly SpanView[];
  private readonly values = new Map<ValueJoin, ValueColumn>();
  private readonly bounds = new Map<BoxQuestion, number>();

  /** @param times the columns by which relations between spans ask, beside the plan's joins */
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
    this.apart = isOrdered ? spans.filter((_span, at) => trace.isLinked(positions[at]!)) : [];
    this.spans = isOrdered ? spans.filter((_span, at) => !trace.isLinked(positions[at]!)) : spans;
    const kept = isOrdered ? positions.filter((position) => !trace.isLinked(position)) : positions;
    const columns: Int32Array[] = trace.columns.map((column) => Int32Array.from(kept, (position) => column[position]!));
    for (const join of plan.sorted) {
      if (join.type !== 'value') continue;
      const index = TRACE_COLUMNS + this.values.size;
      const column = new ValueColumn(
        join,
        this.spans.map((span) => read(join.inner, span)),
        index,
      );
      this.values.set(join, column);
      columns.push(column.ranks);
      dividing.set(index, 1);
    }
    for (const { question, of } of joined) {
      this.bounds.set(question, columns.length);
      const limits = this.spans.map((span) => limitsOf(of(span), trace));
      // Where the first of them ends and the last of them starts is what order asks for; then where they hang, and whose they are.
      for (const limit of [2 * START + 1, 2 * END]) dividing.set(columns.length + limit, 1);
      dividing.set(columns.length + 2 * ENTER + 1, PLACES);
      dividing.set(columns.length + 2 * SERVICE + 1, ofServices);
      for (let limit = 0; limit < 2 * JOINED.length; limit++) columns.push(Int32Array.from(limits, (of) => of[limit]!));
    }
    this.tree = new SpanTree(columns, dividing);
  }

  get size(): number {
    return this.spans.length;
  }

  /** The first of the columns that say of what is joined to each span the least and the most of each of JOINED. */
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

/** The columns of joined spans of which the limits are known. */
export const JOINED: readonly number[] = [START, END, ENTER, LEAVE, SERVICE];

/** Of no spans the least is more than the most. */
function limitsOf(bucket: SpanBucket, trace: TraceColumns): readonly number[] {
  bucket.limits ??= JOINED.flatMap((column) => {
    let [low, high] = [2 * trace.columns[column]!.length, -1];
    for (const span of bucket.spans) {
      const rank = trace.columns[column]![trace.indexOf(span) as number]!;
      low = Math.min(low, rank);
      high = Math.max(high, rank);
    }
    return [low, high];
  });
  return bucket.limits;
}
