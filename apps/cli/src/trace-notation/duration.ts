const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
};

/** `120ms`, `1.5s` in nanoseconds; undefined when the word is no duration. */
export function durationOf(word: string): bigint | undefined {
  const [, whole, fraction = '', unit = ''] = /^(\d{1,18})(?:\.(\d{1,9}))?(ns|us|µs|ms|s|m|h|d)$/.exec(word) ?? [];
  if (whole === undefined) return undefined;
  return (BigInt(whole + fraction) * (UNITS[unit] ?? 1n)) / 10n ** BigInt(fraction.length);
}

/** `+10ms`, `-5ms`: a shift of time. */
export function offsetOf(word: string): bigint | undefined {
  const duration = /^[+-]/.test(word) ? durationOf(word.slice(1)) : undefined;
  return duration !== undefined && word.startsWith('-') ? -duration : duration;
}
