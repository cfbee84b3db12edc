import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LogUnavailable } from '../../problems.js';
import { readAll } from '../../read-all.js';
import type { TopicSpecification } from '../../records/topic-specification.js';
import { EmbeddedLog } from '../embedded-log.js';
import { DirectWriter } from '../write/direct-writer.js';
import { GROUP_REMEMBERED_MS } from './positions.js';

describe('retention', () => {
  let now: number;
  let log: EmbeddedLog;
  const open = (topic: Partial<TopicSpecification>) => {
    log = EmbeddedLog.open(
      { kind: 'embedded', writer: 'direct', topics: [{ name: 'spans', partitions: 2, ...topic }] },
      { now: () => now },
    );
  };
  const append = (partition: number, key?: string, bytes = 10) =>
    log.append('spans', [{ partition, value: Buffer.alloc(bytes), ...(key === undefined ? {} : { key }) }]);
  const sweep = () => (log.writer as DirectWriter).retention.sweep();
  const passed = (group: string, partition: number, offset: number) =>
    log.storage.positions.commit('spans', group, partition, { offset, metadata: '' }, now);
  const start = async (partition: number) => (await log.bounds('spans', partition)).start;

  beforeEach(() => {
    now = 1_000_000;
  });
  afterEach(() => log.close());

  describe('by age', () => {
    beforeEach(async () => {
      open({ retention: 60_000 });
      for (let i = 0; i < 10; i++) {
        await append(0);
        now += 10_000;
      }
    });

    it('deletes old records that every group has read', async () => {
      passed('one', 0, 8);
      passed('two', 0, 2);
      await sweep();
      expect(await start(0)).toBe(2);
      passed('two', 0, 9);
      await sweep();
      // The record of offset 4 is 60 s old.
      expect(await start(0)).toBe(4);
    });

    it('deletes nothing without readers, or that a reader has begun', async () => {
      await sweep();
      expect(await start(0)).toBe(0);
      log.storage.positions.seen('spans', 'new', 0, now);
      passed('one', 0, 8);
      await sweep();
      expect(await start(0)).toBe(0);
    });

    it('stops waiting for a group that has been gone for a week', async () => {
      passed('gone', 0, 1);
      now += GROUP_REMEMBERED_MS + 1;
      passed('one', 0, 8);
      await sweep();
      expect(await start(0)).toBe(8);
    });

    it('waits for a slow reader longer than a group is remembered, with a leaping clock', async () => {
      let release: () => void = () => undefined;
      const stuck = new Promise<void>((resolve) => {
        release = resolve;
      });
      let reads = false;
      const listener = {
        assigned: async () => undefined,
        records: () => {
          reads = true;
          return stuck;
        },
        revoked: async () => undefined,
      };
      const subscription = await log.subscribe({ topic: 'spans', group: 'stuck', partitions: [0], listener });
      while (!reads) await new Promise((resolve) => setTimeout(resolve, 2));
      for (let leap = 0; leap < 2; leap++) {
        now += GROUP_REMEMBERED_MS + 1;
        passed('other', 0, 8);
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        await sweep();
        expect(await start(0)).toBe(0);
      }
      release();
      await subscription.close();
    });

    it('keeps the newest record, which carries the next offset', async () => {
      now += 3_600_000;
      passed('one', 0, 10);
      await sweep();
      expect(await log.bounds('spans', 0)).toEqual({ start: 9, end: 10 });
    });
  });

  describe('by size', () => {
    const bytes = 30_000;
    beforeEach(() => open({ maxBytes: 2_000_000 }));

    it('deletes delivered records, and keeps appending', async () => {
      const delivered: number[] = [];
      await log.subscribe({
        topic: 'spans',
        group: 'g',
        listener: {
          assigned: async () => undefined,
          records: async (batch) => void delivered.push(...batch.records.map(({ offset }) => offset)),
          revoked: async () => undefined,
        },
      });
      for (let i = 0; i < 300; i++) await append(0, undefined, bytes);
      while (delivered.length < 300) await new Promise((resolve) => setTimeout(resolve, 2));
      expect(delivered).toEqual(Array.from({ length: 300 }, (_, i) => i));
      expect(log.storage.records('spans').usedBytes()).toBeLessThan(2_200_000);
      expect(await start(0)).toBeGreaterThan(200);
    });

    it('is unavailable while unread records fill it, and available after they are read', async () => {
      log.storage.positions.seen('spans', 'slow', 0, now);
      const refused = await Promise.allSettled(Array.from({ length: 20 }, () => append(0, undefined, bytes * 10)));
      const kept = refused.filter(({ status }) => status === 'fulfilled').length;
      expect(kept).toBeGreaterThan(0);
      const full = await append(0, undefined, bytes).catch((error: unknown) => error);
      expect(full).toBeInstanceOf(LogUnavailable);
      expect(full).toMatchObject({ code: 'BT_LOG_BACKLOG_FULL' });
      passed('slow', 0, kept);
      await expect(append(0, undefined, bytes)).resolves.toEqual([kept]);
    });

    it('waits a little for readers before it refuses', async () => {
      log.storage.positions.seen('spans', 'slow', 0, now);
      await Promise.all([append(0, undefined, 2_100_000), append(0)]);
      const waiting = append(0);
      // Before the first look for room, which would refuse after a stall of the machine.
      setTimeout(() => passed('slow', 0, 1), 5);
      await expect(waiting).resolves.toEqual([2]);
    });
  });

  it('keeps the last record of each key in a compacted topic, and those without', async () => {
    open({ compacted: true });
    for (const key of ['a', 'b', 'a', undefined, 'c', 'b', 'a']) await append(0, key);
    await sweep();
    expect((await readAll(log, 'spans', 0)).map(({ offset, key }) => [offset, key])).toEqual([
      [3, undefined],
      [4, 'c'],
      [5, 'b'],
      [6, 'a'],
    ]);
    expect(await log.offsetAt('spans', 0, 0)).toBe(3);
  });
});
