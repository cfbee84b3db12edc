const WARM_UP_MS = 300;
const ROUNDS = 25;
const ROUND_MS = 40;

/**
 * How often per second of CPU time `work` does one unit, when one call does `units`: the best of some short rounds after a
 * warm-up. The best, because on a busy machine every disturbance only makes a round slower.
 */
export function perSecond(units: number, work: () => unknown): number {
  const cpu = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const warm = performance.now() + WARM_UP_MS;
  while (performance.now() < warm) work();
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const until = performance.now() + ROUND_MS;
    const start = cpu();
    let calls = 0;
    while (performance.now() < until) {
      work();
      calls++;
    }
    best = Math.max(best, (calls * units) / (cpu() - start));
  }
  return best;
}
