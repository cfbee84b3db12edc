const UNITS = [
  [60_000_000_000, 'min'],
  [1_000_000_000, 's'],
  [1_000_000, 'ms'],
  [1_000, 'µs'],
] as const;

/** Three digits in the unit that keeps them above 1: `11.7 ms`, `2.40 s`. */
export function duration(nanoseconds: bigint | number): string {
  const n = Number(nanoseconds);
  const [size, unit] = UNITS.find(([size]) => Math.abs(n) >= size) ?? [1, 'ns'];
  const value = n / size;
  const digits = Math.abs(value);
  return `${unit === 'ns' ? value.toFixed(0) : digits >= 100 ? value.toFixed(0) : digits >= 10 ? value.toFixed(1) : value.toFixed(2)} ${unit}`;
}
