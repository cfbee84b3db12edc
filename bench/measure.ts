const WARM_UP_MS = 300;
const ROUNDS = 25;
const ROUND_MS = 40;

/**
 * How often per second of CPU time `work` does one unit, when one call does `units`: the best of some short rounds after a
 * warm-up. The best, because on a busy machine every disturbance only makes a round slower.
 */
export function perSecond(units: number, work: () => unknown): number {
  return eachPerSecond(units, [work])[0]!;
}

/** The same of several works whose figures are to be compared: they take turns, so that none has the machine at its best alone. */
export function eachPerSecond(units: number, works: readonly (() => unknown)[]): readonly number[] {
  for (const work of works) {
    const warm = performance.now() + WARM_UP_MS;
    while (performance.now() < warm) work();
  }
  const best = works.map(() => 0);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [place, work] of works.entries()) best[place] = Math.max(best[place]!, oneRound(units, work));
  }
  return best;
}

function oneRound(units: number, work: () => unknown): number {
  const until = performance.now() + ROUND_MS;
  const start = cpuSeconds();
  let calls = 0;
  while (performance.now() < until) {
    work();
    calls++;
  }
  return (calls * units) / (cpuSeconds() - start);
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
