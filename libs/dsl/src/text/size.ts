/** Standard unit prefixes: K to T for powers of 1,000, Ki to Ti for powers of 1,024. `M` alone may mean minutes, so a million needs `MB`. */
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

/** The whole number that `10MB`, `1.5KiB` or `50k` means; undefined for other texts. */
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
