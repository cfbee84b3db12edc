export interface SeededRandom {
  /** From 0 (included) to 1 (not). */
  next(): number;
  shuffled<T>(list: readonly T[]): T[];
}

/** The same numbers for the same seed, on every machine (mulberry32 over an FNV-1a hash). */
export function seededRandom(seed: string): SeededRandom {
  let state = 0x811c9dc5;
  for (let at = 0; at < seed.length; at++) state = Math.imul(state ^ seed.charCodeAt(at), 0x01000193);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const shuffled = <T>(list: readonly T[]): T[] => {
    const result = [...list];
    for (let at = result.length - 1; at > 0; at--) {
      const other = Math.floor(next() * (at + 1));
      [result[at], result[other]] = [result[other] as T, result[at] as T];
    }
    return result;
  };
  return { next, shuffled };
}
