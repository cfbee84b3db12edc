import { describe, expect, it } from '@jest/globals';
import type { Position } from '../../log.js';
import type { CommittedPosition } from '../read/partition-feed.js';
import { Preparing } from './preparing.js';

/** A preparing member; the test ends each preparation. */
class Member {
  readonly events: string[] = [];
  readonly under = new Map<number, PromiseWithResolvers<void>>();
  readonly position = new Map<number, () => Promise<Position | undefined>>();
  committed: CommittedPosition | undefined;
  topicId: string | undefined = 'a';
  readonly preparing = new Preparing({
    listener: {
      prepare: (partition, position) => {
        this.events.push(`prepare ${partition}`);
        this.position.set(partition, position);
        const under = Promise.withResolvers<void>();
        this.under.set(partition, under);
        return under.promise;
      },
      dismissed: (partition) => void this.events.push(`dismissed ${partition}`),
    },
    committed: async () => this.committed,
    topicId: async () => this.topicId,
    ready: () => void this.events.push('ready'),
  });

  async end(partition: number, error?: Error): Promise<void> {
    if (error === undefined) this.under.get(partition)!.resolve();
    else this.under.get(partition)!.reject(error);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('partitions that a member prepares for', () => {
  it('are ready together, including those whose preparation failed', async () => {
    const member = new Member();
    member.preparing.set([1, 2], []);
    await member.end(1);
    expect([member.preparing.ready, member.events]).toEqual([[1], ['prepare 1', 'prepare 2']]);
    // A repeated call starts nothing again.
    member.preparing.set([1, 2], []);
    await member.end(2, new Error('cannot be read'));
    expect([member.preparing.ready, member.events]).toEqual([
      [1, 2],
      ['prepare 1', 'prepare 2', 'ready'],
    ]);
  });

  it('come, or go to another member', async () => {
    const member = new Member();
    member.preparing.set([1, 2, 3], []);
    member.preparing.set([3], [1]);
    expect(member.events.slice(3)).toEqual(['dismissed 2']);
    // The end of a stopped preparation has no effect.
    await member.end(2);
    expect(member.preparing.ready).toEqual([]);
    await member.end(3);
    expect(member.events.slice(4)).toEqual(['ready']);
    member.preparing.set([], []);
    member.preparing.set([3], []);
    expect(member.events.slice(5)).toEqual(['dismissed 3', 'prepare 3']);
    expect(member.preparing.ready).toEqual([]);
  });

  it('start at the position that their owner committed in the same log', async () => {
    const member = new Member();
    member.preparing.set([1], []);
    const position = member.position.get(1)!;
    expect(await position()).toBeUndefined();
    member.committed = { offset: 5, metadata: 'm', topicId: 'a' };
    expect(await position()).toEqual({ offset: 5, metadata: 'm' });
    // A member of an earlier version, or an old broker, does not report the log's topic id.
    member.committed = { offset: 6, metadata: 'm' };
    expect(await position()).toEqual({ offset: 6, metadata: 'm' });
    // The topic was created again: the owner notices before this member, or after it.
    member.committed = { offset: 7, metadata: 'm', topicId: 'b' };
    expect(await position()).toBeUndefined();
    member.topicId = 'b';
    expect(await position()).toBeUndefined();
    member.committed = { offset: 6, metadata: 'm' };
    expect(await position()).toBeUndefined();
  });
});
