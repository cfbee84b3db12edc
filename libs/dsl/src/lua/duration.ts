import { wrap } from './lua-number.js';

/** The units of durations, in nanoseconds. */
export const DURATION_UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
};

const DURATION = /^(\d+)(?:\.(\d*))?(ns|us|µs|ms|s|m|h|d)$/;

/**
 * A duration in nanoseconds: `500ms`, `1.5s`; exact, and undefined when the text is none, is longer than 64 bits of
 * nanoseconds (292 years) or is no whole number of nanoseconds (`0.5ns`).
 */
export function parseDuration(text: string): number | bigint | undefined {
  const match = DURATION.exec(text);
  if (match === null || text.length > 40) return undefined;
  const [, whole = '0', fraction = '', unit = 'ns'] = match;
  const plain = fraction === '' ? Number(whole) * Number(DURATION_UNITS[unit] ?? 1n) : Number.NaN;
  if (Number.isSafeInteger(plain)) return plain;
  const scaled = BigInt(whole + fraction) * (DURATION_UNITS[unit] ?? 1n);
  const divisor = 10n ** BigInt(fraction.length);
  const nanoseconds = scaled / divisor;
  if (nanoseconds * divisor !== scaled || nanoseconds >= 2n ** 63n) return undefined;
  return wrap(nanoseconds);
}

/** What people write for the units of time, without a plural s. */
const UNIT_WORDS: Readonly<Record<string, string>> = {
  nano: 'ns',
  nanosecond: 'ns',
  micro: 'us',
  microsecond: 'us',
  mil: 'ms',
  milli: 'ms',
  millisecond: 'ms',
  msec: 'ms',
  sec: 's',
  second: 's',
  min: 'm',
  minute: 'm',
  hr: 'h',
  hour: 'h',
  day: 'd',
};

/** The duration that `1sec`, `1S`, `5mins` stand for, as it is written here; undefined when it is none. `1M` may be a million. */
export function durationMeant(text: string): string | undefined {
  const match = /^(\d+(?:\.\d+)?)([a-zA-Zµ]+)$/.exec(text);
  if (match === null) return undefined;
  const [, number = '', written = ''] = match;
  const unit = written.toLowerCase();
  const singular = unit.length > 2 ? unit.replace(/s$/, '') : unit;
  const word = Object.hasOwn(UNIT_WORDS, singular) ? UNIT_WORDS[singular] : undefined;
  const known = Object.hasOwn(DURATION_UNITS, unit) && written !== 'M' ? unit : word;
  return known !== undefined && parseDuration(number + known) !== undefined ? number + known : undefined;
}
