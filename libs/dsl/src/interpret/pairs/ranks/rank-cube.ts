import { RankGrid } from './rank-grid.js';
import { firstPlace, orderOf, ranksOf } from './rank-line.js';
import { FEW_POINTS } from './region-price.js';

/** Two ends of a range, both included. */
type Range = readonly [number, number];

/**
 * Points by three ranks: halves of halves in the order of the first one, each a grid of the other two. A range of ranks consists of some grids, at most two
 * of each size.
 */
export class RankCube {
  private readonly order: Int32Array;
  private readonly ranks: Int32Array;
  /** By the number of the half: the halves of n are 2n and 2n + 1. */
  private readonly grids: RankGrid[] = [];

  constructor(
    first: Int32Array,
    private readonly second: Int32Array,
    private readonly third: Int32Array,
    private readonly weights: readonly Float64Array[],
  ) {
    this.order = orderOf(first);
    this.ranks = ranksOf(this.order, first);
    const places = new Int32Array(first.length);
    for (let place = 0; place < places.length; place++) places[this.order[place]!] = place;
    this.build(0, places.length, 1, orderOf(second), orderOf(third), places, new Int32Array(places.length));
  }

  private build(
    from: number,
    to: number,
    node: number,
    bySecond: Int32Array,
    byThird: Int32Array,
    places: Int32Array,
    room: Int32Array,
  ): void {
    if (to - from <= FEW_POINTS) return;
    this.grids[node] = new RankGrid(this.second, this.third, this.weights, bySecond, byThird, room);
    const middle = (from + to) >>> 1;
    const seconds = halves(bySecond, places, middle, middle - from);
    const thirds = halves(byThird, places, middle, middle - from);
    this.build(from, middle, 2 * node, seconds[0], thirds[0], places, room);
    this.build(middle, to, 2 * node + 1, seconds[1], thirds[1], places, room);
  }

  /** As in a grid. */
  add(totals: Float64Array, sign: 1 | -1, first: Range, second: Range, third: Range): number {
    const left = firstPlace(this.ranks, first[0]);
    const right = firstPlace(this.ranks, first[1] + 1);
    const visit = (from: number, to: number, node: number): number => {
      if (left >= to || right <= from) return 0;
      const grid = left <= from && to <= right ? this.grids[node] : undefined;
      if (grid !== undefined) return grid.add(totals, sign, second[0], second[1], third[0], third[1]);
      if (to - from <= FEW_POINTS) return this.look(totals, sign, Math.max(left, from), Math.min(right, to), second, third);
      const middle = (from + to) >>> 1;
      return visit(from, middle, 2 * node) + visit(middle, to, 2 * node + 1);
    };
    return 1 + visit(0, this.order.length, 1);
  }

  private look(totals: Float64Array, sign: 1 | -1, left: number, right: number, second: Range, third: Range): number {
    for (let place = left; place < right; place++) {
      const point = this.order[place]!;
      if (this.second[point]! < second[0] || this.second[point]! > second[1]) continue;
      if (this.third[point]! < third[0] || this.third[point]! > third[1]) continue;
      totals[0]! += sign;
      for (let weight = 0; weight < this.weights.length; weight++) totals[weight + 1]! += sign * this.weights[weight]![point]!;
    }
    return right - left;
  }
}

/** The points whose place is before the middle, and the others, both in the current order. */
function halves(order: Int32Array, places: Int32Array, middle: number, before: number): readonly [Int32Array, Int32Array] {
  const first = new Int32Array(before);
  const second = new Int32Array(order.length - before);
  let atFirst = 0;
  let atSecond = 0;
  for (let at = 0; at < order.length; at++) {
    const point = order[at]!;
    if (places[point]! < middle) first[atFirst++] = point;
    else second[atSecond++] = point;
  }
  return [first, second];
}
