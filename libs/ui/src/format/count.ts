const exact = new Intl.NumberFormat('en');

export const exactCount = (n: number): string => exact.format(n);

/** Up to four digits in full, then k and M with one decimal. */
export function shortCount(n: number): string {
  if (n < 10_000) return exact.format(n);
  return n < 1e6 ? `${(n / 1e3).toFixed(1)}k` : `${(n / 1e6).toFixed(1)}M`;
}

/** `1 violation`, `2 violations`. */
export const plural = (n: number, one: string, many = `${one}s`): string => `${exact.format(n)} ${n === 1 ? one : many}`;

export function share(part: number, whole: number): string {
  const x = whole === 0 ? 0 : part / whole;
  if (x === 0) return '0 %';
  if (x < 0.001) return '< 0.1 %';
  return x < 0.1 ? `${(x * 100).toFixed(1)} %` : `${Math.round(x * 100)} %`;
}
