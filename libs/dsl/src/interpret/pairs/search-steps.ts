import { formatExpression } from '../../tree/format-expression.js';
import { NUMBER } from '../../values/types.js';
import type { JoinPlan, SortedJoin } from './plan/join-plan.js';
import { Steps } from './plan/steps.js';
import { BUILDING_VISITS, columnOrder, type Ends, levelsOf, regionPrice } from './ranks/region-price.js';
import { END, ENTER, LEAVE, START, TRACE_COLUMNS } from './ranks/trace-columns.js';

/** Boxes and spans examined per step (joined-spans.ts). */
const VISITS_PER_STEP = 8;
/** A tree is tried first (joined-span-index.ts): few searches fail there, at a cost like sums of regions. */
const TRIED = 1 + 1 / 8;
const FEW_VISITS = 64;
/** A tree has at most half as many boxes as spans. */
const TREE_VISITS = 1.5;
const MAX_REGIONS = 64;
/** The number of spans of the trace, and of its services. */
const PARTS = 2;

/** The relation of sought spans to an outer one, in addition to their condition. */
export type SoughtRelation = 'descendants' | 'ancestors' | 'before' | 'after' | 'before within' | 'after within';

/** The columns that bound a region, and the number of its ranges' ends. */
type Shape = ReadonlyMap<number, Ends>;

/** The cost of counting the spans of a plan's sorted joins: for each outer span, and once to prepare. */
export interface SearchSteps {
  readonly each: Steps;
  readonly once: Steps;
}

/** In the worst case the trace has several services. */
export function searchSteps(plan: Pick<JoinPlan, 'sorted'>, relation?: SoughtRelation): SearchSteps {
  let shapes: readonly Shape[] = [new Map()];
  for (const added of [...(relation === undefined ? [] : [ofRelation(relation)]), ...shapesOf(plan.sorted)]) {
    shapes = shapes.flatMap((one) => added.map((other) => both(one, other)));
  }
  const isSummed = shapes.length <= MAX_REGIONS;
  const sorted = shapes.map((shape) => [...shape].sort(([a], [b]) => columnOrder(a, b)));
  const prepared = new Set(sorted.filter(({ length }) => length > 1).map((columns) => columns.map(([column]) => column).join(' ')));
  const each = (spans: number): number => {
    const whole = TREE_VISITS * spans + 1;
    let price = 0;
    for (const columns of isSummed ? sorted : []) {
      const one = regionPrice(
        columns.map(([, ends]) => ends),
        spans,
      );
      if (one === undefined) return whole;
      // Including those that exclude one span alone.
      price += one + 1;
    }
    return isSummed ? Math.min(whole, TRIED * Math.max(FEW_VISITS, price) + 1) : whole;
  };
  const once = (spans: number): number => {
    const levels = levelsOf(spans);
    const perSpan = [...prepared].map((columns) => (columns.split(' ').length === 2 ? levels : levels ** 2 / 2) * BUILDING_VISITS);
    return spans * (1 + PARTS * (2 + perSpan.reduce((sum, visits) => sum + visits, 0)));
  };
  return {
    each: new Steps((spans) => Math.ceil(each(spans) / VISITS_PER_STEP)),
    once: new Steps((spans) => once(spans) / VISITS_PER_STEP),
  };
}

function shapesOf(joins: readonly SortedJoin[]): readonly (readonly Shape[])[] {
  const columns = new Map<string, number>();
  return joins.map((join) => {
    if (join.type === 'order') return ofRelation(join.isFirst ? 'before' : 'after');
    const text = join.operator === '~=' ? `${columns.size}` : formatExpression(join.inner.syntax);
    let column = columns.get(text);
    if (column === undefined) columns.set(text, (column = TRACE_COLUMNS + columns.size));
    if (join.operator === '~=') return [new Map([[column, 1]]), new Map([[column, 2]])];
    // Of texts and numbers, one kind follows the other.
    return [new Map([[column, join.operator === '==' || join.inner.types !== NUMBER ? 2 : 1]])];
  });
}

/** As in order-constraint.ts. */
function ofRelation(relation: SoughtRelation): readonly Shape[] {
  const below: Shape = new Map([[ENTER, 2]]);
  const above: readonly Shape[] = [new Map([[ENTER, 1]]), new Map([[LEAVE, 1]])];
  if (relation === 'descendants') return [below];
  if (relation === 'ancestors') return above;
  const isFirst = relation.startsWith('before');
  const ends: Ends = relation.endsWith('within') ? 2 : 1;
  const within = (shapes: readonly Shape[], max: Ends): readonly Shape[] =>
    shapes.map((shape) => both(shape, new Map([[isFirst ? END : START, max]])));
  const same = within([new Map(), ...(isFirst ? [below] : above)], ends);
  const whole = [...same, ...within(isFirst ? above : [below], 2)];
  // For its own service: what is between the windows; or all of it again where both ends differ.
  return ends === 1 ? [...whole, ...within([new Map(), below, ...above], 2)] : [...whole, ...whole, ...same];
}

function both(one: Shape, other: Shape): Shape {
  const columns = new Map(one);
  for (const [column, ends] of other) columns.set(column, columns.has(column) ? 2 : ends);
  return columns;
}
