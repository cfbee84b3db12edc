/** One bit per condition, in words of 32. */
export function maskOf(words: number, conditions: readonly number[]): Uint32Array {
  const mask = new Uint32Array(words);
  for (const condition of conditions) mask[condition >> 5]! |= 1 << (condition & 31);
  return mask;
}
