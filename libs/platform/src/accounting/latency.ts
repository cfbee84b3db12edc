/** The number of latencies, and their quantiles in seconds. */
export interface Latency {
  readonly of: number;
  readonly p50?: number;
  readonly p95?: number;
  readonly p99?: number;
  readonly max?: number;
}

/** Quantiles by the nearest rank; absent without values. */
export function latency(seconds: readonly number[]): Latency {
  const sorted = [...seconds].sort((a, b) => a - b);
  const of = sorted.length;
  if (of === 0) return { of };
  const at = (quantile: number): number => round(sorted[Math.max(0, Math.ceil(quantile * of) - 1)]!);
  return { of, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** Rounds to a tenth of a millisecond. */
function round(seconds: number): number {
  return Math.round(seconds * 10_000) / 10_000;
}
