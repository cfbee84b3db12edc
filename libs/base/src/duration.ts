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

const DURATION = /^(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h|d))+$/;
const PART = /(\d+)(?:\.(\d*))?(ns|us|µs|ms|s|m|h|d)/g;
const MAX_LENGTH = 40;
/** The maximum of 63 bits. */
const MAX_DURATION_NS = 2n ** 63n - 1n;

/**
 * The nanoseconds of a duration: one or more of number and unit (`500ms`, `1.5s`, `1m30s`, `2d`). Undefined if the text is not a duration, is not a whole
 * number of nanoseconds (`0.5ns`), or exceeds `longest` (by default 63 bits, 292 years). One grammar for rules, spans, command lines and configuration
 * (docs/decisions/0056).
 */
export function parseDuration(text: string, longest = MAX_DURATION_NS): bigint | undefined {
  if (text.length > MAX_LENGTH || !DURATION.test(text)) return undefined;
  let sum = 0n;
  for (const [, whole = '0', fraction = '', unit = 'ns'] of text.matchAll(PART)) {
    const scaled = BigInt(whole + fraction) * (DURATION_UNITS[unit] ?? 1n);
    const divisor = 10n ** BigInt(fraction.length);
    if (scaled % divisor !== 0n) return undefined;
    sum += scaled / divisor;
  }
  return sum <= longest ? sum : undefined;
}
