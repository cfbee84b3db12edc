/** A case is warm after at least this many calls, when this many consecutive rounds did not beat the best by more than this share. */
const WARM_CALLS = 100;
const WARM_ROUNDS = 3;
const FASTER = 1.02;
const WARM_ROUND_MS = 150;
const MAX_WARM_UP_MS = 20_000;
const ROUNDS = 25;
const ROUND_MS = 40;

/**
 * Units of `work` per second of CPU time, when one call does `units`: the best of some short rounds after a warm-up. The best, because on a busy machine every
 * disturbance only makes a round slower.
 */
export function perSecond(units: number, work: () => unknown): number {
  return eachPerSecond(units, [work])[0]!;
}

/** Measures several works whose figures are compared. They take turns, so that all see the same load of the machine. */
export function eachPerSecond(units: number, works: readonly (() => unknown)[]): readonly number[] {
  for (const work of works) warmUp(work);
  const best = works.map(() => 0);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [place, work] of works.entries()) best[place] = Math.max(best[place]!, oneRound(units, work, ROUND_MS));
  }
  return best;
}

/**
 * Runs until the work gets no faster. V8 compiles a hot function twice, and a thousand functions one after the other, for seconds. So the speed stays at the
 * first level for a while, and rises again when the second is done.
 */
function warmUp(work: () => unknown): void {
  const latest = performance.now() + MAX_WARM_UP_MS;
  let calls = 0;
  const counted = (): void => {
    calls++;
    work();
  };
  let best = 0;
  for (let slower = 0; (slower < WARM_ROUNDS || calls < WARM_CALLS) && performance.now() < latest; ) {
    const rate = oneRound(1, counted, WARM_ROUND_MS);
    slower = rate > best * FASTER ? 0 : slower + 1;
    best = Math.max(best, rate);
  }
}

function oneRound(units: number, work: () => unknown, milliseconds: number): number {
  const until = performance.now() + milliseconds;
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
