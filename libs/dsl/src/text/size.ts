/** Prefixes of units, by the standards: K to T of a thousand each, Ki to Ti of 1,024. `M` alone may be minutes, so a million has its B. */
const FACTORS: Readonly<Record<string, bigint>> = {
  k: 1_000n,
  kb: 1_000n,
  mb: 1_000_000n,
  gb: 1_000_000_000n,
  tb: 1_000_000_000_000n,
  kib: 1_024n,
  mib: 1_048_576n,
  gib: 1_073_741_824n,
  tib: 1_099_511_627_776n,
};

/** The whole number that `10MB`, `1.5KiB`, `50k` stand for; undefined when it is none. */
export function sizeMeant(text: string): string | undefined {
  const match = /^(\d{1,9})(?:\.(\d{1,9}))?([kmgt]?(?:ib|b)|k)$/i.exec(text);
  if (match === null) return undefined;
  const [, whole = '', fraction = '', unit = ''] = match;
  const key = unit.toLowerCase();
  const factor = Object.hasOwn(FACTORS, key) ? FACTORS[key] : undefined;
  if (factor === undefined) return undefined;
  const divisor = 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole + fraction) * factor;
  return scaled % divisor === 0n ? String(scaled / divisor) : undefined;
}
