/** Points by one rank, to be counted (and their weights summed) between two ranks. */
export class RankLine {
  /** The ranks, sorted; and which points have them. */
  readonly ranks: Int32Array;
  readonly order: Int32Array;
  /** By weight: prefix sums. */
  private readonly sums: readonly Float64Array[];

  constructor(column: Int32Array, weights: readonly Float64Array[]) {
    this.order = orderOf(column);
    this.ranks = ranksOf(this.order, column);
    this.sums = weights.map((weight) => prefixSums(this.order, weight));
  }

  /** The first place whose rank is not below this one. */
  place(rank: number): number {
    return firstPlace(this.ranks, rank);
  }

  /** Adds the number of points, and the sum of each weight, to `totals`. */
  add(totals: Float64Array, sign: 1 | -1, from: number, to: number): void {
    const first = this.place(from);
    const last = this.place(to + 1);
    if (first >= last) return;
    totals[0]! += sign * (last - first);
    for (let weight = 0; weight < this.sums.length; weight++) {
      totals[weight + 1]! += sign * (this.sums[weight]![last]! - this.sums[weight]![first]!);
    }
  }
}

/** The points in the order of their ranks. */
export function orderOf(column: Int32Array): Int32Array {
  const size = column.length;
  // Ranks take 31 bits and points fewer than 22: a double holds both.
  const keys = new Float64Array(size);
  for (let point = 0; point < size; point++) keys[point] = (column[point]! + 1) * size + point;
  keys.sort();
  const order = new Int32Array(size);
  for (let place = 0; place < size; place++) order[place] = keys[place]! % size;
  return order;
}

/** The ranks of points in this order. */
export function ranksOf(order: Int32Array, column: Int32Array): Int32Array {
  const ranks = new Int32Array(order.length);
  for (let place = 0; place < order.length; place++) ranks[place] = column[order[place]!]!;
  return ranks;
}

/** The first place of sorted ranks that is not below a rank. */
export function firstPlace(ranks: Int32Array, rank: number): number {
  let low = 0;
  let high = ranks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranks[middle]! < rank) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The prefix sums of the weights. */
export function prefixSums(order: Int32Array, weight: Float64Array): Float64Array {
  const sums = new Float64Array(order.length + 1);
  for (let place = 0; place < order.length; place++) sums[place + 1] = sums[place]! + weight[order[place]!]!;
  return sums;
}
