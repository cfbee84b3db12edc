import { RankCube } from './rank-cube.js';
import { RankGrid } from './rank-grid.js';
import { RankLine } from './rank-line.js';
import type { Ranks, Region } from './region.js';
import { BUILDING_VISITS, columnOrder, type Ends, levelsOf, regionPrice } from './region-price.js';
import { INDEX, SERVICE } from './trace-columns.js';

/** Some spans of one service by the ranks of their columns. It counts them, and sums their values, in any region. */
export class SpanCounts {
  /** Looks so far; each costs about as much as a box of a tree. */
  visits = 0;
  private readonly lines = new Map<number, RankLine>();
  private readonly grids = new Map<number, RankGrid>();
  private readonly cubes = new Map<number, RankCube>();
  private readonly parts = new Map<number | undefined, Part>();
  /** By column: the minimum rank, if below 0, and the maximum. */
  private readonly bounds = new Map<number, readonly [number, number]>();
  private positions: ReadonlyMap<number, number> | undefined;

  /** @param weights numbers per span to sum; doubles must hold all sums exactly */
  constructor(
    private readonly columns: readonly Int32Array[],
    private readonly weights: readonly Float64Array[] = [],
  ) {}

  get size(): number {
    return this.columns[0]!.length;
  }

  /** An upper bound of the cost of `totals`; undefined for regions that it cannot sum. */
  price(regions: readonly Region[]): number | undefined {
    let price = 0;
    for (const { ranges, only } of regions) {
      const ends = only === undefined ? sorted(ranges).map((range) => this.endsOf(range)) : [];
      const one = regionPrice(ends, this.size);
      if (one === undefined) return undefined;
      price += one;
    }
    return price;
  }

  private endsOf({ column, from, to }: Ranks): Ends {
    let bounds = this.bounds.get(column);
    if (bounds === undefined) {
      const ranks = this.columns[column]!;
      bounds = [ranks.reduce((a, b) => Math.min(a, b), 0), ranks.reduce((a, b) => Math.max(a, b), -1)];
      this.bounds.set(column, bounds);
    }
    return from <= bounds[0] || to >= bounds[1] ? 1 : 2;
  }

  /** How many spans there are in the regions, and the sum of each weight. */
  totals(regions: readonly Region[]): Float64Array {
    const totals = new Float64Array(1 + this.weights.length);
    for (const region of regions) this.add(totals, region);
    return totals;
  }

  private add(totals: Float64Array, { sign, ranges, service, only }: Region): void {
    this.visits++;
    if (only !== undefined) return this.addOne(totals, sign, only, ranges, service);
    const [first, second, third] = sorted(ranges);
    if (first === undefined) return this.line(INDEX, service).add(totals, sign, 0, 2 ** 31 - 2);
    if (second === undefined) return this.line(first.column, service).add(totals, sign, first.from, first.to);
    if (third === undefined) {
      this.visits += this.grid(first.column, second.column, service).add(totals, sign, first.from, first.to, second.from, second.to);
      return;
    }
    const cube = this.cube(first.column, second.column, third.column, service);
    this.visits += cube.add(totals, sign, [first.from, first.to], [second.from, second.to], [third.from, third.to]);
  }

  private addOne(totals: Float64Array, sign: 1 | -1, only: number, ranges: readonly Ranks[], service: number | undefined): void {
    this.positions ??= new Map(Array.from(this.columns[INDEX]!, (index, position) => [index, position]));
    const position = this.positions.get(only);
    if (position === undefined || (service !== undefined && this.columns[SERVICE]![position] !== service)) return;
    const rank = (column: number): number => this.columns[column]![position]!;
    if (ranges.some(({ column, from, to }) => rank(column) < from || rank(column) > to)) return;
    totals[0]! += sign;
    this.weights.forEach((weight, index) => {
      totals[index + 1]! += sign * weight[position]!;
    });
  }

  private line(column: number, service: number | undefined): RankLine {
    return known(this.lines, keyOf(service, column), () => {
      const { columns, weights } = this.part(service);
      this.visits += columns[0]!.length;
      return new RankLine(columns[column]!, weights);
    });
  }

  private grid(first: number, second: number, service: number | undefined): RankGrid {
    return known(this.grids, keyOf(service, first, second), () => {
      const { columns, weights } = this.part(service);
      const grid = new RankGrid(columns[first]!, columns[second]!, weights);
      this.visits += columns[0]!.length * grid.levels * BUILDING_VISITS;
      return grid;
    });
  }

  private cube(first: number, second: number, third: number, service: number | undefined): RankCube {
    return known(this.cubes, keyOf(service, first, second, third), () => {
      const { columns, weights } = this.part(service);
      this.visits += ((columns[0]!.length * levelsOf(columns[0]!.length) ** 2) / 2) * BUILDING_VISITS;
      return new RankCube(columns[first]!, columns[second]!, columns[third]!, weights);
    });
  }

  /** The spans of one service. */
  private part(service: number | undefined): Part {
    let part = this.parts.get(service);
    if (part === undefined)
      this.parts.set(service, (part = service === undefined ? { columns: this.columns, weights: this.weights } : this.partOf(service)));
    return part;
  }

  private partOf(service: number): Part {
    const services = this.columns[SERVICE]!;
    this.visits += this.size;
    const kept: number[] = [];
    for (let position = 0; position < services.length; position++) if (services[position] === service) kept.push(position);
    return {
      columns: this.columns.map((column) => Int32Array.from(kept, (position) => column[position]!)),
      weights: this.weights.map((weight) => Float64Array.from(kept, (position) => weight[position]!)),
    };
  }
}

interface Part {
  readonly columns: readonly Int32Array[];
  readonly weights: readonly Float64Array[];
}

/** A region has at most three columns, almost always in order. */
function sorted(ranges: readonly Ranks[]): readonly Ranks[] {
  for (let at = 1; at < ranges.length; at++) {
    if (columnOrder(ranges[at - 1]!.column, ranges[at]!.column) > 0) return ranges.toSorted((a, b) => columnOrder(a.column, b.column));
  }
  return ranges;
}

/** An index has some ten columns. */
const MAX_COLUMNS = 256;

function keyOf(service: number | undefined, first: number, second = 0, third = 0): number {
  return ((((service ?? -1) + 1) * MAX_COLUMNS + first) * MAX_COLUMNS + second) * MAX_COLUMNS + third;
}

function known<T>(map: Map<number, T>, key: number, make: () => T): T {
  let found = map.get(key);
  if (found === undefined) map.set(key, (found = make()));
  return found;
}
