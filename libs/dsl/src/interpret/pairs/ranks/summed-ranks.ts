import { aggregate } from '../../../trace/aggregate.js';
import type { Value } from '../../../values/value.js';
import type { Region } from './region.js';
import type { SpanCounts } from './span-counts.js';

/** Low digits of integers, separate from the high ones: doubles hold the sums of either exactly. */
const LOW = 2 ** 32;

/** Sums of the values of some spans, over regions. Only for integers, because sums of doubles depend on the set. */
export class SummedRanks {
  private constructor(
    private readonly counts: SpanCounts,
    private readonly isSmall: boolean,
  ) {}

  /** @param values per span, in the order of the columns; undefined where it has none. The result is undefined unless all are integers. */
  static of(values: readonly Value[], countsOf: (weights: readonly Float64Array[]) => SpanCounts): SummedRanks | undefined {
    const given = Float64Array.from(values, (value) => (value === undefined ? 0 : 1));
    let max = 0;
    for (const value of values) {
      if (value === undefined) continue;
      if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) return undefined;
      max += Math.abs(Number(value));
    }
    const isSmall = max <= Number.MAX_SAFE_INTEGER;
    const digits = isSmall ? [(value: Value) => Number(value ?? 0)] : [lowOf, highOf];
    const weights = digits.map((digit) => Float64Array.from(values, digit));
    return new SummedRanks(countsOf([given, ...weights]), isSmall);
  }

  get visits(): number {
    return this.counts.visits;
  }

  price(regions: readonly Region[]): number | undefined {
    return this.counts.price(regions);
  }

  /** The aggregate of all spans in the regions, as in `aggregate`. */
  over(name: 'sum' | 'avg', regions: readonly Region[]): Value {
    const [, count, low, high] = this.counts.totals(regions);
    const sum = aggregate.sum([this.isSmall ? low! + 0 : BigInt(high!) * BigInt(LOW) + BigInt(low!)]);
    if (name === 'sum') return sum;
    // Divided as in `avg`.
    return count === 0 ? undefined : aggregate.mean(sum, count!);
  }
}

function lowOf(value: Value): number {
  return value === undefined ? 0 : Number(BigInt.asUintN(32, BigInt(value as number | bigint)));
}

function highOf(value: Value): number {
  return value === undefined ? 0 : Number(BigInt(value as number | bigint) >> 32n);
}
