/** A line of the table of `npm run bench`. */
export interface Figure {
  readonly value: number;
  readonly unit: string;
}

export interface Comparison {
  readonly name: string;
  readonly unit: string;
  readonly before: number;
  readonly after: number;
  /** The current cost relative to the former: 1.05 is 5 % slower or larger. */
  readonly cost: number;
}

/** The figures of a printed table, by case. Other lines are skipped. */
export function figuresOf(table: string): ReadonlyMap<string, Figure> {
  const figures = new Map<string, Figure>();
  for (const line of table.split('\n')) {
    const [, name, value, unit] = /^(\S+: .*?) {2,}(\d+(?:\.\d+)?) (\S.*?)(?: {2,}.*)?$/.exec(line) ?? [];
    if (name !== undefined && unit !== undefined) figures.set(name, { value: Number(value), unit: unit.trim() });
  }
  return figures;
}

/** More is better for a rate (`M spans/s`), less for a time or a size. */
const isRate = (unit: string): boolean => unit.endsWith('/s');

/** The best figure of each case over several rounds: every disturbance only makes a round worse. */
export function bestOf(rounds: readonly ReadonlyMap<string, Figure>[]): ReadonlyMap<string, Figure> {
  const best = new Map<string, Figure>();
  for (const round of rounds) {
    for (const [name, figure] of round) {
      const { value = figure.value } = best.get(name) ?? {};
      best.set(name, { ...figure, value: isRate(figure.unit) ? Math.max(value, figure.value) : Math.min(value, figure.value) });
    }
  }
  return best;
}

/** The cases that both have in the same unit, ordered by relative cost, highest first. */
export function compared(before: ReadonlyMap<string, Figure>, after: ReadonlyMap<string, Figure>): readonly Comparison[] {
  const both = [...after].flatMap(([name, { value, unit }]): Comparison[] => {
    const former = before.get(name);
    if (former === undefined || former.unit !== unit || value === 0 || former.value === 0) return [];
    const cost = isRate(unit) ? former.value / value : value / former.value;
    return [{ name, unit, before: former.value, after: value, cost }];
  });
  return both.toSorted((a, b) => b.cost - a.cost);
}
