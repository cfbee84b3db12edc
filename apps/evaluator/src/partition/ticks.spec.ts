import { describe, expect, it } from '@jest/globals';
import type { OutgoingRecord } from '#messaging';
import { TOPICS } from '#records';
import { Ticks } from './ticks.js';

describe('ticks', () => {
  it('of all partitions that wait for one go together, a failure fails them all, and the next ones go again', async () => {
    const appends: (readonly number[])[] = [];
    let failure: Error | undefined = new Error('away');
    const ticks = new Ticks({
      append: async (topic: string, records: readonly OutgoingRecord[]) => {
        expect(topic).toBe(TOPICS.spans);
        expect(records.map(({ headers }) => headers)).toEqual(records.map(() => ({ 'betrace-control': 'tick' })));
        appends.push(records.map(({ partition }) => partition));
        if (failure !== undefined) throw failure;
        return records.map(() => 0);
      },
    });
    const refused = { status: 'rejected', reason: failure };
    expect(await Promise.allSettled([ticks.append(3), ticks.append(1), ticks.append(2)])).toEqual([refused, refused, refused]);
    failure = undefined;
    await Promise.all([ticks.append(1), ticks.append(4)]);
    await ticks.append(1);
    expect(appends).toEqual([[3, 1, 2], [1, 4], [1]]);
  });
});
