const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400e9],
  ['h', 3_600e9],
  ['m', 60e9],
  ['s', 1e9],
  ['ms', 1e6],
  ['us', 1e3],
];

/** Nanoseconds as a duration of the DSL, in the largest unit that is not below 1, with at most three decimals: `1.5s`. */
export function formatDuration(nanoseconds: number | bigint | string | boolean): string {
  return inUnits(nanoseconds, 3);
}

/** The same to the nanosecond: beside a limit `1.000000001s` must not read `1s`. */
export function exactDuration(nanoseconds: number | bigint): string {
  return inUnits(nanoseconds, 15);
}

function inUnits(nanoseconds: number | bigint | string | boolean, decimals: number): string {
  const length = Number(nanoseconds);
  const [unit, size] = UNITS.find(([, candidate]) => Math.abs(length) >= candidate) ?? ['ns', 1];
  const amount = length / size;
  return `${decimals > 3 ? Number(amount.toPrecision(decimals)) : Number(amount.toFixed(decimals))}${unit}`;
}
