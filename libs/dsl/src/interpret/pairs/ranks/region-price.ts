import { ENTER, LEAVE } from './trace-columns.js';

/** Regions with more columns are not counted by sums. */
const MAX_COLUMNS = 3;
/** Points of a cube that are examined one by one, at each end. */
export const FEW_POINTS = 16;

/** Cost of putting a span into one level of a grid, relative to a look at a box. */
export const BUILDING_VISITS = 1 / 4;

/** For a range of ranks: the number of its ends that exclude something. */
export type Ends = 1 | 2;

/** The number of digits of a position among this many. */
export function levelsOf(size: number): number {
  return Math.max(1, 32 - Math.clz32(Math.max(0, size - 1)));
}

/**
 * The maximum cost of counting the spans of one region; undefined where it has too many columns.
 *
 * @param ends of the ranges of its columns, in their order
 */
export function regionPrice(ends: readonly Ends[], size: number): number | undefined {
  if (ends.length > MAX_COLUMNS) return undefined;
  const levels = levelsOf(size);
  if (ends.length < 2) return 1;
  if (ends.length === 2) return 1 + levels * ends[1]!;
  return 1 + ends[0]! * ((levels * (levels - 1) * ends[2]!) / 2 + FEW_POINTS) + levels;
}

/** Columns of tree positions come first: for the first column of a grid, a range costs the same as a bound. */
export function columnOrder(a: number, b: number): number {
  return placeOf(a) - placeOf(b);
}

function placeOf(column: number): number {
  return column === ENTER || column === LEAVE ? column - TREES : column;
}

const TREES = 100;
