import { aggregate } from '../../../trace/aggregate.js';
import type { Value } from '../../../values/value.js';

/**
 * Sums of the values of some spans, over any range of their order: each is the difference of two prefix sums. Only for integers, because sums of doubles
 * depend on the set.
 */
export class SpanSums {
  /** By prefix: the sum, and the number of values. */
  private readonly sums: readonly (number | bigint)[];
  private readonly counts: Int32Array;

  private constructor(sums: readonly (number | bigint)[], counts: Int32Array) {
    this.sums = sums;
    this.counts = counts;
  }

  /** @param values per span, undefined where it has none. The result is undefined unless all are integers. */
  static of(values: readonly Value[]): SpanSums | undefined {
    const sums: (number | bigint)[] = [0];
    const counts = new Int32Array(values.length + 1);
    let sum: number | bigint = 0;
    for (const [place, value] of values.entries()) {
      counts[place + 1] = counts[place]! + (value === undefined ? 0 : 1);
      if (value !== undefined) {
        if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) return undefined;
        sum = exactSum(sum, value as number | bigint);
      }
      sums.push(sum);
    }
    return new SpanSums(sums, counts);
  }

  /** The aggregate of all spans in the ranges, as in `aggregate`. */
  over(name: 'sum' | 'avg', ranges: Iterable<readonly [number, number]>): Value {
    let sum: number | bigint = 0;
    let count = 0;
    for (const [from, to] of ranges) {
      sum = exactSum(sum, exactDifference(this.sums[to]!, this.sums[from]!));
      count += this.counts[to]! - this.counts[from]!;
    }
    if (name === 'sum') return aggregate.sum([sum]);
    // Divided as in `avg`.
    return count === 0 ? undefined : aggregate.mean(aggregate.sum([sum]), count);
  }
}

function exactSum(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a + b)) return a + b;
  return BigInt(a) + BigInt(b);
}

function exactDifference(a: number | bigint, b: number | bigint): number | bigint {
  return exactSum(a, -b);
}
