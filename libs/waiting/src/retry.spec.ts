import { describe, expect, it } from '@jest/globals';
import { retry } from './retry.js';

const failing = (times: number) => {
  let left = times;
  return async () => {
    if (left-- > 0) throw new Error(`failure ${times - left}`);
    return 'done';
  };
};

describe('retry', () => {
  it('retries until success, with pauses growing to the maximum', async () => {
    const pauses: number[] = [];
    const signal = new AbortController().signal;
    const answer = await retry(failing(5), { signal, first: 1, longest: 4, failed: (_error, wait) => pauses.push(wait) });
    expect(answer).toBe('done');
    expect(pauses).toHaveLength(5);
    for (const wait of pauses) expect(wait).toBeLessThanOrEqual(5);
  });

  it('stops at the signal, also during a pause', async () => {
    const stop = new AbortController();
    const attempt = retry(failing(1), { signal: stop.signal, first: 60_000, failed: () => stop.abort(new Error('stopping')) });
    await expect(attempt).rejects.toThrow();
  });

  it('pauses at least as long as an error requests', async () => {
    const pauses: number[] = [];
    const signal = new AbortController().signal;
    await retry(failing(2), { signal, first: 1, failed: (_error, wait) => pauses.push(wait), atLeast: () => 30 });
    expect(pauses).toEqual([30, 30]);
  });

  it('does not start after the signal', async () => {
    await expect(retry(failing(0), { signal: AbortSignal.abort(new Error('stopping')), failed: () => {} })).rejects.toThrow('stopping');
  });

  it('rejects a permanent error at once', async () => {
    const signal = new AbortController().signal;
    await expect(retry(failing(9), { signal, failed: () => {}, hopeless: (error) => error.message === 'failure 1' })).rejects.toThrow(
      'failure 1',
    );
  });
});
