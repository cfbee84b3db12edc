import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Subscription } from '#messaging';
import { PositionFollower } from './position-follower.js';

describe('PositionFollower', () => {
  let now: number;
  let commits: string[];
  let refused: boolean;
  let positions: PositionFollower;
  const subscription = {
    commit: async (partition: number, { offset }: { offset: number }) => {
      if (refused) throw new Error('refused');
      commits.push(`${partition}@${offset}`);
    },
  } as unknown as Subscription;

  beforeEach(() => {
    now = 0;
    commits = [];
    refused = false;
    positions = new PositionFollower(() => now);
  });

  it('commits at once, then every five seconds per partition, and when no records come', async () => {
    for (let offset = 1; offset <= 5; offset++) {
      await positions.follow(subscription, 0, offset);
      now += 1_500;
    }
    await positions.follow(subscription, 1, 7);
    await positions.idle(subscription, 0, 5);
    now += 5_000;
    await positions.idle(subscription, 0, 5);
    await positions.idle(subscription, 0, 5);
    expect(commits).toEqual(['0@1', '0@5', '1@7']);
    await positions.follow(subscription, 0, 6);
    expect(commits.at(-1)).toBe('0@6');
  });

  it('commits the rest when the partition is revoked, if still allowed, and nothing it has not read', async () => {
    await positions.follow(subscription, 0, 1);
    await positions.follow(subscription, 0, 2);
    await positions.leave(subscription, 0, 2);
    await positions.idle(subscription, 1, 9);
    await positions.leave(subscription, 1, 9);
    expect(commits).toEqual(['0@1', '0@2']);
    await positions.follow(subscription, 0, 2);
    refused = true;
    await positions.leave(subscription, 0, 3);
  });

  it('retries a refused commit', async () => {
    refused = true;
    await expect(positions.follow(subscription, 0, 1)).rejects.toThrow('refused');
    refused = false;
    await positions.follow(subscription, 0, 1);
    expect(commits).toEqual(['0@1']);
  });
});
