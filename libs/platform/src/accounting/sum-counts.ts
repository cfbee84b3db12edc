/** Spans by reason. */
export type Counts = Readonly<Record<string, number>>;

export function sumOf(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** The sums by key, without zeros. */
export function added(all: readonly Counts[]): Counts {
  const sums: Record<string, number> = {};
  for (const counts of all) {
    for (const [key, count] of Object.entries(counts)) if (count !== 0) sums[key] = (sums[key] ?? 0) + count;
  }
  return sums;
}
