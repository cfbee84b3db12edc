import type { Region } from './region.js';

/** The result of a constraint for all spans within a box. */
export const NONE = 0;
export const SOME = 1;
export const ALL = 2;

/** The smallest and the largest value of each column among some spans, `columns` values each, from `at` on. */
export interface Box {
  readonly lows: Int32Array;
  readonly highs: Int32Array;
  readonly at: number;
}

/** One constraint on spans by their columns. */
export interface ColumnConstraint {
  /** NONE and ALL are certain; SOME may be any. */
  ofBox(box: Box): typeof NONE | typeof SOME | typeof ALL;
  ofPoint(columns: readonly Int32Array[], position: number): boolean;
  /** The same spans as a sum of regions; absent where nothing counts by it. */
  regions?(): readonly Region[];
}

/** Rejects boxes that need no examination. */
export type BoxRejection = (box: Box) => boolean;

const LEAF = 8;

/**
 * Spans in a tree of boxes: halves of halves, divided by the column in which they are farthest apart. Only the boxes on the borders of the constraints are
 * visited: of n spans about log n for one column, about √n for two.
 */
export class SpanTree {
  /** The original numbers of the spans, by position in the tree. */
  readonly order: Int32Array;
  private readonly columns: readonly Int32Array[];
  private readonly from: number[] = [];
  private readonly to: number[] = [];
  /** The second half; the first is the next node. 0: a leaf. */
  private readonly second: number[] = [];
  private readonly lows: Int32Array;
  private readonly highs: Int32Array;
  /** Boxes and spans examined so far. */
  visits = 0;

  /**
   * @param dividing the columns to divide by; how much wider than others each must be
   */
  constructor(columns: readonly Int32Array[], dividing: ReadonlyMap<number, number>) {
    const size = columns[0]?.length ?? 0;
    this.order = Int32Array.from({ length: size }, (_, index) => index);
    const nodes = Math.max(1, 2 * Math.ceil(size / (LEAF / 2)));
    this.lows = new Int32Array(nodes * columns.length);
    this.highs = new Int32Array(nodes * columns.length);
    const builder = new Builder(columns, dividing, this.order, this.lows, this.highs);
    builder.divide(0, size, this.from, this.to, this.second);
    this.columns = columns.map((column) => column.map((_value, position) => column[this.order[position]!]!));
  }

  get size(): number {
    return this.order.length;
  }

  /** The minimum and maximum of a column. */
  boundsOf(column: number): readonly [number, number] {
    return [this.lows[column]!, this.highs[column]!];
  }

  value(column: number, position: number): number {
    return this.columns[column]![position]!;
  }

  /** The number of spans that satisfy all constraints, exact up to `max`. Undefined if it would examine too many. */
  countWithin(constraints: readonly ColumnConstraint[], max: number, visits: number): number | undefined {
    const end = this.visits + visits;
    let count = 0;
    for (const [from, to, isWhole] of this.ranges(constraints, undefined, end)) {
      if (isWhole) count += to - from;
      else for (let at = from; at < to; at++) if (this.isFound(constraints, at)) count++;
      if (count > max) return count;
    }
    return this.visits > end ? undefined : count;
  }

  /** As `countWithin`, without a limit of looks. */
  count(constraints: readonly ColumnConstraint[], max = Number.POSITIVE_INFINITY): number {
    return this.countWithin(constraints, max, Number.POSITIVE_INFINITY) as number;
  }

  /** The spans that satisfy all constraints, as ranges of positions (the end excluded). */
  *within(constraints: readonly ColumnConstraint[]): Iterable<readonly [number, number]> {
    for (const [from, to, isWhole] of this.ranges(constraints, undefined)) {
      if (isWhole) yield [from, to];
      else for (let at = from; at < to; at++) if (this.isFound(constraints, at)) yield [at, at + 1];
    }
  }

  /** The positions of the spans that satisfy all constraints. */
  *find(constraints: readonly ColumnConstraint[], reject?: BoxRejection): Iterable<number> {
    for (const [from, to, isWhole] of this.ranges(constraints, reject)) {
      for (let at = from; at < to; at++) if (isWhole || this.isFound(constraints, at)) yield at;
    }
  }

  private isFound(constraints: readonly ColumnConstraint[], at: number): boolean {
    this.visits++;
    for (const constraint of constraints) if (!constraint.ofPoint(this.columns, at)) return false;
    return true;
  }

  /** Positions that include all spans that satisfy the constraints; all positions where the third says so. */
  private *ranges(
    constraints: readonly ColumnConstraint[],
    reject: BoxRejection | undefined,
    end = Number.POSITIVE_INFINITY,
  ): Iterable<readonly [number, number, boolean]> {
    if (this.size === 0) return;
    const width = this.columns.length;
    const open = [0];
    const box = { lows: this.lows, highs: this.highs, at: 0 };
    while (open.length > 0 && this.visits <= end) {
      const node = open.pop()!;
      this.visits++;
      box.at = node * width;
      let isWhole = true;
      let isNone = false;
      for (const constraint of constraints) {
        const answer = constraint.ofBox(box);
        if (answer === NONE) {
          isNone = true;
          break;
        }
        if (answer === SOME) isWhole = false;
      }
      if (isNone || reject?.(box)) continue;
      const second = this.second[node]!;
      // With a rejection the halves may tell more.
      if (second === 0 || (isWhole && reject === undefined)) yield [this.from[node]!, this.to[node]!, isWhole];
      else open.push(second, node + 1);
    }
  }
}

class Builder {
  private nodes = 0;
  private readonly whole: readonly number[];

  constructor(
    private readonly columns: readonly Int32Array[],
    private readonly dividing: ReadonlyMap<number, number>,
    private readonly order: Int32Array,
    private readonly lows: Int32Array,
    private readonly highs: Int32Array,
  ) {
    this.whole = columns.map((column) => spread(column));
  }

  divide(from: number, to: number, froms: number[], tos: number[], seconds: number[]): void {
    const node = this.nodes++;
    froms[node] = from;
    tos[node] = to;
    seconds[node] = 0;
    this.bound(node, from, to);
    const column = to - from <= LEAF ? -1 : this.widest(node);
    if (column < 0) return;
    const middle = (from + to) >>> 1;
    select(this.columns[column]!, this.order, from, to - 1, middle);
    this.divide(from, middle, froms, tos, seconds);
    seconds[node] = this.nodes;
    this.divide(middle, to, froms, tos, seconds);
  }

  private bound(node: number, from: number, to: number): void {
    const { columns, order, lows, highs } = this;
    for (let column = 0, at = node * columns.length; column < columns.length; column++, at++) {
      const values = columns[column]!;
      let low = 2 ** 31 - 1;
      let high = -(2 ** 31);
      for (let index = from; index < to; index++) {
        const value = values[order[index]!]!;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      lows[at] = low;
      highs[at] = high;
    }
  }

  private widest(node: number): number {
    let best = -1;
    let widest = 0;
    for (const [column, reluctance] of this.dividing) {
      const at = node * this.columns.length + column;
      const width = (this.highs[at]! - this.lows[at]!) / this.whole[column]! / reluctance;
      if (width > widest) [best, widest] = [column, width];
    }
    return best;
  }
}

function spread(values: Int32Array): number {
  let low = 2 ** 31 - 1;
  let high = -(2 ** 31);
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return Math.max(1, high - low);
}

/** Partially sorts the places `low` to `high`: nothing before `nth` is larger than it, nothing after it smaller. */
function select(values: Int32Array, order: Int32Array, low: number, high: number, nth: number): void {
  for (let bad = 2 * Math.log2(high - low + 2); low < high; bad--) {
    // Senders cannot choose values that make this slow: it falls back to a full sort.
    if (bad < 0) {
      order.subarray(low, high + 1).sort((a, b) => values[a]! - values[b]!);
      return;
    }
    const pivot = medianOf(values[order[low]!]!, values[order[(low + high) >>> 1]!]!, values[order[high]!]!);
    let less = low;
    let at = low;
    let more = high;
    while (at <= more) {
      const value = values[order[at]!]!;
      if (value < pivot) swap(order, less++, at++);
      else if (value > pivot) swap(order, at, more--);
      else at++;
    }
    if (nth < less) high = less - 1;
    else if (nth > more) low = more + 1;
    else return;
  }
}

function medianOf(a: number, b: number, c: number): number {
  return a < b ? (b < c ? b : a < c ? c : a) : a < c ? a : b < c ? c : b;
}

function swap(order: Int32Array, a: number, b: number): void {
  const kept = order[a]!;
  order[a] = order[b]!;
  order[b] = kept;
}
