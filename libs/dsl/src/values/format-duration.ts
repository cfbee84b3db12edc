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
  const length = Number(nanoseconds);
  const [unit, size] = unitOf(length);
  return `${Number((length / size).toFixed(3))}${unit}`;
}

/**
 * The same, exact to the nanosecond: compared with a limit of `1s`, `1.000000001s` must not be shown as `1s`. Long durations get a unit with few digits:
 * `4379m`.
 */
export function exactDuration(nanoseconds: number | bigint): string {
  const length = Number(nanoseconds);
  const short = UNITS.filter(([, size]) => size >= 60e9 && Math.abs(length) >= size).find(([, size]) => isShort(length / size));
  return short === undefined && Math.abs(length) >= 60e9 ? `${Number((length / 1e9).toPrecision(15))}s` : exactly(length, short);
}

function isShort(amount: number): boolean {
  return Number(amount.toFixed(3)) === amount;
}

function exactly(length: number, [unit, size] = unitOf(length)): string {
  return `${Number((length / size).toPrecision(15))}${unit}`;
}

function unitOf(length: number): readonly [string, number] {
  return UNITS.find(([, size]) => Math.abs(length) >= size) ?? ['ns', 1];
}
