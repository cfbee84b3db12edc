/** CPU time (s) of the page's thread alone, without other processes of the machine. */
const INTERACTION_SECONDS = 0.2;
/** Beside other processes, which empty the processor's caches, the same work may take twice the CPU time. */
const TRIES = 5;

/** CPU seconds by the name of an interaction. */
export type Costs = Readonly<Record<string, number>>;

/**
 * The interactions that cost more than 200 ms in each of several tries, with the cost of the cheapest: they fail a test by name.
 * @param measure called again only while one is too dear; each time with a page of its own
 */
export async function tooDear(measure: () => Promise<Costs>): Promise<Costs> {
  const least: Record<string, number> = {};
  const dear = () => Object.entries(least).filter(([, seconds]) => seconds > INTERACTION_SECONDS);
  for (let tried = 0; tried === 0 || (tried < TRIES && dear().length > 0); tried++) {
    for (const [name, seconds] of Object.entries(await measure())) least[name] = Math.min(least[name] ?? Number.POSITIVE_INFINITY, seconds);
    const told = Object.entries(least).map(([name, seconds]) => `${name}: ${Math.round(seconds * 1_000)} ms`);
    console.info(`${told.join(', ')} (the cheapest of ${tried + 1})`);
  }
  return Object.fromEntries(dear());
}
