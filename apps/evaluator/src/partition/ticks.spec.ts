import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { OutgoingRecord } from '#messaging';
import { TOPICS } from '#records';
import { Ticks } from './ticks.js';

describe('ticks', () => {
  /** By turn of the event loop, the partitions to which a tick was appended. */
  const turns: number[][] = [];
  let ofThisTurn: number[] | undefined;
  const log = (answer: (partition: number) => Promise<void>) => ({
    append: async (topic: string, records: readonly OutgoingRecord[]) => {
      expect(topic).toBe(TOPICS.spans);
      expect(records).toEqual([expect.objectContaining({ headers: { 'betrace-control': 'tick' } })]);
      const { partition } = records[0]!;
      if (ofThisTurn === undefined) {
        ofThisTurn = [];
        turns.push(ofThisTurn);
        setImmediate(() => {
          ofThisTurn = undefined;
        });
      }
      ofThisTurn.push(partition);
      await answer(partition);
      return [0];
    },
  });

  it('of all waiting partitions are appended together, and later ones in the next turn', async () => {
    const ticks = new Ticks(log(async () => undefined));
    await Promise.all([ticks.append(3), ticks.append(1), ticks.append(2)]);
    await Promise.all([ticks.append(1), ticks.append(4)]);
    expect(turns).toEqual([
      [3, 1, 2],
      [1, 4],
    ]);
  });

  it('of a partition without a leader delay no other, and its failure affects only itself', async () => {
    let giveUp: (error: Error) => void = () => undefined;
    const ticks = new Ticks(
      log((partition) =>
        partition === 2
          ? new Promise((_, fail) => {
              giveUp = fail;
            })
          : Promise.resolve(),
      ),
    );
    const waiting = ticks.append(2).catch((error: Error) => error.message);
    await Promise.all([ticks.append(1), ticks.append(3)]);
    // Time passes in the other partitions.
    await ticks.append(1);
    expect(await Promise.race([waiting, pause(20, 'waits')])).toBe('waits');
    giveUp(new Error('no leader'));
    expect(await waiting).toBe('no leader');
  });
});
