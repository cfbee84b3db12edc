// Sets of conditions: one bit each, in words of 32. Loops over the bits of a word are written out at each place, because they run for each span.

/** One bit per condition. */
export function maskOf(words: number, conditions: readonly number[]): Uint32Array {
  const mask = new Uint32Array(words);
  for (const condition of conditions) mask[condition >> 5]! |= 1 << (condition & 31);
  return mask;
}

/** The condition of the lowest of these bits of a word. */
export function lowestCondition(word: number, bits: number): number {
  return (word << 5) + 31 - Math.clz32(bits & -bits);
}

/** Whether the set of conditions that begins at `words[at]` contains this one. */
export function hasCondition(words: Uint32Array, at: number, condition: number): boolean {
  return ((words[at + (condition >> 5)]! >>> (condition & 31)) & 1) === 1;
}
