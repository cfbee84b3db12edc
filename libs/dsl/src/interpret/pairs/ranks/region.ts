/** Ranks of a column from one to another, both included. */
export interface Ranks {
  readonly column: number;
  readonly from: number;
  readonly to: number;
}

/** Some spans as a sum of regions that are added or subtracted: no single range describes unrelated spans or other services. */
export interface Region {
  readonly sign: 1 | -1;
  /** At most one for each column. */
  readonly ranges: readonly Ranks[];
  /** Only of this service. */
  readonly service?: number | undefined;
  /** Only the span at this position of the trace. */
  readonly only?: number | undefined;
}

/** The intersection: each region of the one with each of the other, without those that are surely empty. */
export function intersected(some: readonly Region[], others: readonly Region[]): readonly Region[] {
  return some.flatMap((one) => others.flatMap((other) => intersection(one, other) ?? []));
}

function intersection(one: Region, other: Region): Region | undefined {
  if (one.service !== undefined && other.service !== undefined && one.service !== other.service) return undefined;
  if (one.only !== undefined && other.only !== undefined && one.only !== other.only) return undefined;
  if (one.ranges.length === 0 && one.sign === 1 && one.service === undefined && one.only === undefined) return other;
  const ranges = [...one.ranges];
  for (const range of other.ranges) {
    const at = ranges.findIndex(({ column }) => column === range.column);
    if (at < 0) ranges.push(range);
    else {
      const { column, from, to } = ranges[at]!;
      ranges[at] = { column, from: Math.max(from, range.from), to: Math.min(to, range.to) };
      if (ranges[at]!.from > ranges[at]!.to) return undefined;
    }
  }
  const service = one.service ?? other.service;
  const only = one.only ?? other.only;
  return { sign: one.sign === other.sign ? 1 : -1, ranges, service, only };
}
