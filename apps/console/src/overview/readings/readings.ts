import type { ParsedMetrics, Sample } from './prometheus-text';

/** The contents of `/metrics`, and when it was read, in ms of the page's clock. */
export interface Reading {
  readonly at: number;
  readonly metrics: ParsedMetrics;
}

type Labels = Readonly<Record<string, string>>;

const fits = ({ labels }: Sample, wanted: Labels): boolean => Object.entries(wanted).every(([name, value]) => labels[name] === value);

/** The sum of a metric's series; undefined if the process lacks the metric, which is not 0. */
export function total({ metrics }: Reading, name: string, wanted: Labels = {}): number | undefined {
  const samples = metrics.get(name)?.filter((sample) => fits(sample, wanted));
  return samples === undefined ? undefined : samples.reduce((sum, { value }) => sum + value, 0);
}

/** The increase of a counter between two readings; it restarts with the process. */
export function growth(before: Reading, after: Reading, name: string): number | undefined {
  const now = total(after, name);
  if (now === undefined) return undefined;
  const then = total(before, name) ?? 0;
  return now < then ? now : now - then;
}

/** The rate of a counter per second; undefined until there are two readings. */
export function rate(before: Reading | undefined, after: Reading, name: string): number | undefined {
  if (before === undefined || after.at <= before.at) return undefined;
  const grown = growth(before, after, name);
  return grown === undefined ? undefined : grown / ((after.at - before.at) / 1_000);
}

/**
 * The `q` quantile of a histogram, as Prometheus's `histogram_quantile` estimates it. It covers the observations between the two readings, or all of them
 * without an earlier reading. Undefined if there are none.
 */
export function quantile(q: number, before: Reading | undefined, after: Reading, name: string): number | undefined {
  const counts = bucketsOf(after, name);
  const earlier = before === undefined ? new Map<number, number>() : bucketsOf(before, name);
  const restarted = [...counts].some(([le, count]) => count < (earlier.get(le) ?? 0));
  const buckets = [...counts]
    .sort(([a], [b]) => a - b)
    .map(([le, count]) => [le, restarted ? count : count - (earlier.get(le) ?? 0)] as const);
  const all = buckets.at(-1)?.[1] ?? 0;
  if (all === 0) return undefined;
  const rank = q * all;
  let [low, below] = [0, 0];
  for (const [le, count] of buckets) {
    if (count >= rank) {
      if (le === Number.POSITIVE_INFINITY) return low;
      return count === below ? le : low + (le - low) * ((rank - below) / (count - below));
    }
    [low, below] = [le, count];
  }
  return low;
}

function bucketsOf({ metrics }: Reading, name: string): Map<number, number> {
  const buckets = new Map<number, number>();
  for (const { labels, value } of metrics.get(`${name}_bucket`) ?? []) {
    const le = labels['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels['le']);
    buckets.set(le, (buckets.get(le) ?? 0) + value);
  }
  return buckets;
}
