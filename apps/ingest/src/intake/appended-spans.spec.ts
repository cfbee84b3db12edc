import { describe, expect, it } from '@jest/globals';
import { AppendedSpans } from './appended-spans.js';

const record = (partition: number) => ({ partition, value: new Uint8Array(0) });

describe('AppendedSpans', () => {
  it('counts confirmed, unconfirmed and pending spans, and the offset of each partition', async () => {
    const appended = new AppendedSpans();
    const later = Promise.withResolvers<readonly number[]>();
    void appended.follow(later.promise, [record(0), record(1)], 5);
    await appended.follow(Promise.resolve([7, 3]), [record(0), record(2)], 4);
    await expect(appended.follow(Promise.reject(new Error('away')), [record(1)], 2)).rejects.toThrow('away');
    expect(await appended.decided(20)).toBe(false);
    expect({ ...appended }).toMatchObject({
      logged: 4,
      underWay: 5,
      unconfirmed: 2,
      ends: new Map([
        [0, 8],
        [2, 4],
      ]),
    });
    later.resolve([6, 9]);
    expect(await appended.decided(1_000)).toBe(true);
    expect({ ...appended }).toMatchObject({
      logged: 9,
      underWay: 0,
      unconfirmed: 2,
      ends: new Map([
        [0, 8],
        [1, 10],
        [2, 4],
      ]),
    });
  });
});
