import { describe, expect, it } from '@jest/globals';
import { untilCount, whileGrowing } from './eventually.js';

/** A count that grows by one at each call, to this maximum. */
function counting(max: number): () => Promise<number> {
  let count = 0;
  return async () => (count = Math.min(max, count + 1));
}

describe('a wait for a count', () => {
  it('outlasts its limit as long as the count grows', async () => {
    const started = performance.now();
    // Ten growths of 100 ms each; the limit leaves time for a busy machine.
    expect(await untilCount('ten', 10, counting(10), { within: 800, pause: 100 })).toBe(10);
    expect(performance.now() - started).toBeGreaterThan(800);
  });

  it('fails when the count stops growing, with its value and the state', async () => {
    const wait = untilCount('four', 4, counting(3), { within: 50, pause: 5, state: async () => ({ waiting: 1 }) });
    await expect(wait).rejects.toThrow('four (4) did not happen within 50 ms of no progress at 3, {"waiting":1}');
  });

  it('returns a count that is above what is due: something came twice', async () => {
    expect(await untilCount('two', 2, async () => 3)).toBe(3);
  });

  it('names a state that cannot be read', async () => {
    const state = async () => Promise.reject(new Error('no answer'));
    const wait = whileGrowing('an answer', async () => undefined, { figure: async () => 0, within: 20, pause: 5, state });
    await expect(wait).rejects.toThrow('of no progress at 0, Error: no answer');
  });
});
