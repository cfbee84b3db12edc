import { firstPlace, orderOf, prefixSums, ranksOf } from './rank-line.js';
import { levelsOf } from './region-price.js';

/**
 * A wavelet matrix: points with two ranks. It counts the points in any rectangle, and sums their weights, with one look per binary digit of
 * the number of points. The points are in the order of the first rank. Each level divides them by one digit of their index in the order of
 * the second rank. It keeps the number of zeros in each prefix.
 */
export class RankGrid {
  private readonly firsts: Int32Array;
  private readonly seconds: Int32Array;
  /** By level, the highest digit first. */
  private readonly zeros: readonly Int32Array[];
  /** By weight and level: prefix sums, in the order of the level. */
  private readonly sums: readonly (readonly Float64Array[])[];
  /** By weight: in the first order. */
  private readonly whole: readonly Float64Array[];
  readonly levels: number;

  /**
   * @param byFirst all points, in the order of their first rank, then of the second
   * @param places room for a number per point
   */
  constructor(
    first: Int32Array,
    second: Int32Array,
    weights: readonly Float64Array[],
    byFirst: Int32Array = orderOf(first),
    bySecond: Int32Array = orderOf(second),
    places: Int32Array = new Int32Array(first.length),
  ) {
    const size = byFirst.length;
    this.levels = levelsOf(size);
    this.firsts = ranksOf(byFirst, first);
    this.seconds = ranksOf(bySecond, second);
    this.whole = weights.map((weight) => prefixSums(byFirst, weight));
    for (let place = 0; place < size; place++) places[bySecond[place]!] = place;
    const zeros: Int32Array[] = [];
    const sums: Float64Array[][] = weights.map(() => []);
    let order: Int32Array = byFirst;
    for (let digit = this.levels - 1; digit >= 0; digit--) {
      const counts = new Int32Array(size + 1);
      const divided = new Int32Array(size);
      const ones = new Int32Array(size);
      let zero = 0;
      let one = 0;
      for (let at = 0; at < size; at++) {
        const point = order[at]!;
        if (((places[point]! >> digit) & 1) === 0) divided[zero++] = point;
        else ones[one++] = point;
        counts[at + 1] = zero;
      }
      divided.set(ones.subarray(0, one), zero);
      order = divided;
      zeros.push(counts);
      for (let weight = 0; weight < weights.length; weight++) sums[weight]!.push(prefixSums(divided, weights[weight]!));
    }
    this.zeros = zeros;
    this.sums = sums;
  }

  /** Adds the number of points in a rectangle, and the sum of each weight, to `totals`. Returns the number of visited levels. */
  add(totals: Float64Array, sign: 1 | -1, firstFrom: number, firstTo: number, secondFrom: number, secondTo: number): number {
    const left = firstPlace(this.firsts, firstFrom);
    const right = firstPlace(this.firsts, firstTo + 1);
    if (left >= right) return 1;
    const low = firstPlace(this.seconds, secondFrom);
    const high = firstPlace(this.seconds, secondTo + 1);
    if (low >= high) return 1;
    return this.addBelow(totals, sign, left, right, high) + (low === 0 ? 0 : this.addBelow(totals, -sign, left, right, low));
  }

  /** Those between two places of the first order whose second place is below a limit. */
  private addBelow(totals: Float64Array, sign: number, left: number, right: number, limit: number): number {
    const size = this.seconds.length;
    if (limit >= size) {
      totals[0]! += sign * (right - left);
      for (let weight = 0; weight < this.whole.length; weight++) {
        const sums = this.whole[weight]!;
        totals[weight + 1]! += sign * (sums[right]! - sums[left]!);
      }
      return 0;
    }
    let count = 0;
    for (let level = 0, digit = this.levels - 1; digit >= 0 && left < right; level++, digit--) {
      const zeros = this.zeros[level]!;
      const zeroLeft = zeros[left]!;
      const zeroRight = zeros[right]!;
      if (((limit >> digit) & 1) === 0) {
        left = zeroLeft;
        right = zeroRight;
        continue;
      }
      count += zeroRight - zeroLeft;
      for (let weight = 0; weight < this.sums.length; weight++) {
        const sums = this.sums[weight]![level]!;
        totals[weight + 1]! += sign * (sums[zeroRight]! - sums[zeroLeft]!);
      }
      const all = zeros[size]!;
      left += all - zeroLeft;
      right += all - zeroRight;
    }
    totals[0]! += sign * count;
    return this.levels;
  }
}
