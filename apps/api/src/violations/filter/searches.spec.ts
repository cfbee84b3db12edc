import { describe, expect, it } from '@jest/globals';
import { countOf, Searches, type SearchLimits } from './searches.js';

const here = (): AbortSignal => new AbortController().signal;

/** A read that lasts until `end` is called. */
function lasting(): { readonly read: () => Promise<string>; readonly end: () => void; begun: number } {
  let end!: () => void;
  const ended = new Promise<string>((resolve) => {
    end = () => resolve('found');
  });
  const lasts = {
    begun: 0,
    end,
    read: () => {
      lasts.begun++;
      return ended;
    },
  };
  return lasts;
}

const searchesWith = (limits: SearchLimits) => new Searches({ search: limits, count: limits });

describe('searches', () => {
  it('are counts with a text', () => {
    expect([countOf({ text: 'x' }), countOf({ text: '' }), countOf({})]).toEqual(['search', 'search', 'count']);
  });

  it('never delay a count that an index serves', async () => {
    const searches = searchesWith({ running: 1, waiting: 100 });
    const long = lasting();
    const all = Array.from({ length: 9 }, () => searches.run(here(), 'search', long.read));
    expect(await searches.run(here(), 'count', async () => 'at once')).toBe('at once');
    long.end();
    await Promise.all(all);
  });

  it('never delay a short read, however many there are', async () => {
    const searches = searchesWith({ running: 1, waiting: 100 });
    const long = lasting();
    const all = Array.from({ length: 100 }, () => searches.run(here(), 'search', long.read));
    expect(await searches.run(here(), undefined, async () => 'at once')).toBe('at once');
    expect(long.begun).toBe(1);
    long.end();
    expect(new Set(await Promise.all(all))).toEqual(new Set(['found']));
  });

  it('run in order, also after one that fails', async () => {
    const searches = searchesWith({ running: 2, waiting: 10 });
    const order: number[] = [];
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) =>
        searches.run(here(), 'search', async () => {
          order.push(n);
          if (n % 3 === 0) throw new Error(`search ${n}`);
        }),
      ),
    );
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(results.map(({ status }) => status === 'rejected')).toEqual([true, false, false, true, false, false, true, false]);
    expect(await searches.run(here(), 'search', async () => 'next')).toBe('next');
  });

  it('of disconnected clients do not run, and leave their places to others', async () => {
    const searches = searchesWith({ running: 1, waiting: 3 });
    const [first, abandoned, last] = [lasting(), lasting(), lasting()];
    const running = searches.run(here(), 'search', first.read);
    const client = new AbortController();
    const waiting = [1, 2, 3].map(() => searches.run(client.signal, 'search', abandoned.read));
    await expect(searches.run(here(), 'search', last.read)).rejects.toMatchObject({ code: 'BT_API_SEARCHES_BUSY' });
    client.abort();
    for (const one of waiting) await expect(one).rejects.toMatchObject({ code: 'BT_API_CLIENT_GONE' });
    const next = searches.run(here(), 'search', last.read);
    await expect(searches.run(client.signal, 'search', abandoned.read)).rejects.toMatchObject({ code: 'BT_API_CLIENT_GONE' });
    first.end();
    last.end();
    expect(await Promise.all([running, next])).toEqual(['found', 'found']);
    expect([first.begun, abandoned.begun, last.begun]).toEqual([1, 0, 1]);
  });

  it('are refused when the process stops while they wait, and finished if they run', async () => {
    const searches = searchesWith({ running: 1, waiting: 3 });
    const long = lasting();
    const running = searches.run(here(), 'search', long.read);
    const waiting = searches.run(here(), 'search', long.read);
    searches.stop();
    await expect(waiting).rejects.toMatchObject({ code: 'BT_API_STOPPING' });
    await expect(searches.run(here(), 'search', long.read)).rejects.toMatchObject({ code: 'BT_API_STOPPING' });
    long.end();
    expect(await running).toBe('found');
  });
});
