import type { SpanView } from '../../../trace/span-view.js';
import type { Resolved, TraceQuantifier } from '../../../tree/resolved.js';
import type { Value } from '../../../values/value.js';
import { type BoxQuestion, boxQuestion, timeOf } from '../plan/box-question.js';
import type { JoinPlan, OrderJoin, SortedJoin } from '../plan/join-plan.js';
import { BeforeAll, beforeSome, belowSome, outerBox } from '../ranks/box-constraint.js';
import { type Box, type BoxRejection, type ColumnConstraint, NONE } from '../ranks/span-tree.js';
import { END, START, TRACE_COLUMNS, type TraceColumns } from '../ranks/trace-columns.js';
import { type FAILED, NEVER } from '../ranks/value-column.js';
import { JOINED, type JoinedBounds, type JoinedSpanIndex } from './joined-span-index.js';
import type { SpanBucket } from './span-bucket.js';

/** The known spans of an inner function. */
export interface FurtherSpans {
  columnsOf(): TraceColumns;
  bucketOf(node: TraceQuantifier, plan: JoinPlan): SpanBucket;
  indexOf(bucket: SpanBucket, node: TraceQuantifier, plan: JoinPlan): JoinedSpanIndex;
  orderOf(join: OrderJoin): ColumnConstraint | typeof NEVER | undefined;
  toleranceOf(tolerance: Resolved | undefined): number | bigint | undefined;
  attempted(node: Resolved): Value | typeof FAILED;
  /** The spans that a keyed question looks up for one tested span. */
  joinedTo(span: SpanView, question: BoxQuestion): SpanBucket;
  /** Charges steps for visited boxes. */
  pay(visits: number): void;
}

/** The remaining questions of a plan whose answer can be known for many spans at once. */
function furtherQuestions(plan: JoinPlan, depth: number): readonly BoxQuestion[] {
  return plan.rest.map((conjunct) => boxQuestion(conjunct, depth)).filter((question) => question !== undefined);
}

/** Columns of an index for keyed questions: the earliest and the latest time of the spans joined to each. */
export function joinedBounds(plan: JoinPlan, depth: number, further: FurtherSpans): readonly JoinedBounds[] {
  return furtherQuestions(plan, depth)
    .filter(({ isKeyed }) => isKeyed)
    .map((question) => ({ question, of: (span) => further.joinedTo(span, question) }));
}

/** Rejects boxes of spans tested at `depth` in which no span satisfies the remaining conditions of a plan. */
export function boxRejection(plan: JoinPlan, depth: number, index: JoinedSpanIndex, further: FurtherSpans): BoxRejection | undefined {
  const rejections: BoxRejection[] = [];
  for (const question of furtherQuestions(plan, depth)) {
    const rejection = question.isKeyed ? keyedRejection(question, index, further) : rejectionBy(question, depth, further);
    if (rejection !== undefined) rejections.push(rejection);
  }
  return rejections.length === 0 ? undefined : (box) => rejections.some((reject) => reject(box));
}

/** Maximum of looks per question about a box: beyond it the spans are tested one by one. */
export const BOX_VISITS = 256;

const EVERYTHING: BoxRejection = () => true;

function rejectionBy(question: BoxQuestion, depth: number, further: FurtherSpans): BoxRejection | undefined {
  const { node, plan, isNegated, joins, given } = question;
  const bucket = further.bucketOf(node, plan);
  if (bucket.spans.length === 0) return isNegated ? undefined : EVERYTHING;
  const index = further.indexOf(bucket, node, plan);
  const exact: ColumnConstraint[] = [];
  for (const join of given) {
    const constraint = exactly(join, index, further);
    if (constraint === NEVER) return isNegated ? undefined : EVERYTHING;
    if (constraint !== undefined) exact.push(constraint);
    else if (isNegated) return undefined;
  }
  const byBox: ((box: Box) => readonly (ColumnConstraint | typeof NEVER | undefined)[])[] = [];
  if (node.over !== undefined) byBox.push((box) => [belowSome(outerBox(box))]);
  for (const join of joins) {
    if (join.type === 'value') {
      // A test that two times satisfy is satisfied by each time between them.
      if (isNegated) byBox.push((box) => timesOf(box, join, depth, index, further));
      continue;
    }
    const tolerance = further.toleranceOf(join.conjunct.tolerance);
    const isDirect = join.outer.type === 'bound' && tolerance !== undefined && Number.isFinite(Number(tolerance)) && tolerance >= 0;
    if (isDirect)
      byBox.push((box) => [
        isNegated
          ? new BeforeAll(further.columnsOf(), outerBox(box), join.isFirst, tolerance)
          : beforeSome(further.columnsOf(), outerBox(box), join.isFirst, tolerance),
      ]);
    else if (isNegated) return undefined;
  }
  return (box) => {
    const boxConstraints = byBox.flatMap((make) => make(box));
    if (boxConstraints.some((constraint) => constraint === NEVER || constraint === undefined)) return false;
    const before = index.tree.visits;
    const found = index.tree.countWithin([...exact, ...(boxConstraints as ColumnConstraint[])], 0, BOX_VISITS);
    further.pay(index.tree.visits - before);
    return found !== undefined && found > 0 === isNegated;
  };
}

function exactly(join: SortedJoin, index: JoinedSpanIndex, further: FurtherSpans): ColumnConstraint | typeof NEVER | undefined {
  return join.type === 'order' ? further.orderOf(join) : index.column(join).constraint(({ node }) => further.attempted(node));
}

function timesOf(
  box: Box,
  join: Extract<SortedJoin, { type: 'value' }>,
  depth: number,
  index: JoinedSpanIndex,
  further: FurtherSpans,
): readonly (ColumnConstraint | typeof NEVER | undefined)[] {
  const time = timeOf(join, depth)!;
  const outer = outerBox(box);
  const column = time.field === 'start_time' ? START : END;
  return [outer.low(column), outer.high(column)].map((rank) =>
    index.column(join).constraint(({ node }) => (node === time.node ? further.columnsOf().valueOf(rank) : further.attempted(node))),
  );
}

/** By the bounds of the times and places of the spans joined to any span of the box. */
function keyedRejection(question: BoxQuestion, index: JoinedSpanIndex, further: FurtherSpans): BoxRejection | undefined {
  const constraints: ColumnConstraint[] = [];
  for (const join of question.given) {
    const constraint = join.type === 'order' ? further.orderOf(join) : undefined;
    if (constraint === NEVER) return EVERYTHING;
    if (constraint !== undefined) constraints.push(constraint);
  }
  const first = index.boundsOf(question);
  const lows = new Int32Array(TRACE_COLUMNS);
  const highs = new Int32Array(TRACE_COLUMNS);
  const joined: Box = { lows, highs, at: 0 };
  return (box) => {
    for (const column of JOINED) {
      lows[column] = box.lows[box.at + first + 2 * column]!;
      highs[column] = box.highs[box.at + first + 2 * column + 1]!;
    }
    if (lows[START]! > highs[START]!) return true;
    return constraints.some((constraint) => constraint.ofBox(joined) === NONE);
  };
}
