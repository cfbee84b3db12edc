const UNITS: readonly (readonly [string, number])[] = [
  ['h', 3_600e9],
  ['m', 60e9],
  ['s', 1e9],
  ['ms', 1e6],
  ['us', 1e3],
];

/** Nanoseconds as a duration of the DSL, in the largest unit that is not below 1, with at most three decimals: `1.5s`. */
export function formatDuration(nanoseconds: number | string | boolean): string {
  const length = Number(nanoseconds);
  const [unit, size] = UNITS.find(([, candidate]) => Math.abs(length) >= candidate) ?? ['ns', 1];
  return `${Number((length / size).toFixed(3))}${unit}`;
}
