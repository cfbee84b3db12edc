import { afterEach, describe, expect, it } from '@jest/globals';
import type { LogRecord, PartitionListener, Position } from '../../log.js';
import { logProblem } from '../../problems.js';
import { PartitionFeed } from './partition-feed.js';

const record = (offset: number, timestamp = offset, bytes = 1): LogRecord => ({ offset, timestamp, value: Buffer.alloc(bytes) });

/** A feed whose fetches the test controls. */
class Feeding {
  readonly delivered: LogRecord[][] = [];
  readonly failures: string[] = [];
  readonly outages: string[] = [];
  idles = 0;
  revoked = false;
  dismissed = false;
  onAssigned: () => Promise<void> = async () => undefined;
  topicId: string | undefined;
  startAt: number | undefined;
  onRecords: () => Promise<void> = async () => undefined;
  readonly feed: PartitionFeed;

  constructor(committed: Position | undefined, bounds: { start: number; end: number }, maxBatchBytes = 1_000_000) {
    const listener: PartitionListener = {
      assigned: async () => {
        await this.onAssigned();
        return this.startAt;
      },
      records: async ({ records }) => {
        await this.onRecords();
        this.delivered.push([...records]);
      },
      idle: async () => void this.idles++,
      revoked: async () => {
        this.revoked = true;
      },
      dismissed: () => {
        this.dismissed = true;
      },
      failed: (error) => void this.failures.push(error.message),
    };
    const source = {
      topicId: async () => this.topicId,
      committed: async () => committed,
      bounds: async () => bounds,
      wantsChanged: () => undefined,
      unavailable: (_: number, error: Error) => void this.outages.push(error.message),
      works: () => void this.outages.push('works'),
    };
    this.feed = new PartitionFeed(0, { topic: 't', group: 'g', listener, maxBatchBytes, idleInterval: 20 }, source);
    feeds.push(this.feed);
  }

  get offsets(): number[] {
    return this.delivered.flat().map(({ offset }) => offset);
  }

  async wanting(offset: number): Promise<void> {
    await until(() => this.feed.wanted === offset);
  }
}

const feeds: PartitionFeed[] = [];

async function until(holds: () => boolean): Promise<void> {
  for (const end = performance.now() + 60_000; !holds(); ) {
    if (performance.now() > end) throw new Error('not within 60 s');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe('the feed of a partition', () => {
  afterEach(async () => {
    await Promise.all(feeds.splice(0).map((feed) => feed.stop()));
  });

  it('fetches from the committed position on', async () => {
    const { feed } = new Feeding({ offset: 7, metadata: '' }, { start: 2, end: 9 });
    expect(feed.wanted).toBeUndefined();
    await until(() => feed.wanted === 7);
  });

  it('reports a partition revoked before the listener took it, so that its preparation ends', async () => {
    const feeding = new Feeding(undefined, { start: 2, end: 9 });
    let attempts = 0;
    feeding.onAssigned = async () => {
      attempts++;
      throw new Error('the coordinator is unavailable');
    };
    await until(() => attempts > 1);
    await feeding.feed.stop();
    expect([feeding.dismissed, feeding.revoked]).toEqual([true, false]);
    const taken = new Feeding(undefined, { start: 2, end: 9 });
    await taken.wanting(2);
    await taken.feed.stop();
    expect([taken.dismissed, taken.revoked]).toEqual([false, true]);
  });

  it.each([
    ['nothing is committed', undefined, 2],
    ['the topic was created again since', { offset: 50, metadata: '' }, 2],
  ])('begins with the first record when %s', async (_, committed, first) => {
    await new Feeding(committed, { start: 2, end: 9 }).wanting(first);
  });

  it('reports when retention was faster than the group, at the start and later', async () => {
    const feeding = new Feeding({ offset: 1, metadata: '' }, { start: 4, end: 9 });
    await feeding.wanting(4);
    expect(feeding.failures).toEqual([expect.stringContaining('Records 1 to 3 of partition 0 of t were deleted')]);
    feeding.feed.moved(4, 6, 9);
    await feeding.wanting(6);
    expect(feeding.failures[1]).toContain('Records 4 to 5');
  });

  it('begins again, with a report, when the topic was created again', async () => {
    const feeding = new Feeding({ offset: 5, metadata: '' }, { start: 0, end: 9 });
    feeding.topicId = 'a';
    await feeding.wanting(5);
    feeding.feed.isOf('a');
    feeding.feed.take(5, [record(5)], 6, 9);
    await until(() => feeding.offsets.length === 1);
    feeding.topicId = 'b';
    feeding.feed.isOf('b');
    feeding.feed.take(6, [record(6)], 7, 9);
    await feeding.wanting(0);
    expect(feeding.feed.topicId).toBe('b');
    expect(feeding.failures).toEqual([expect.stringContaining('BT_LOG_IS_ANOTHER')]);
    feeding.feed.take(0, [record(0)], 1, 9);
    await until(() => feeding.offsets.length === 2);
    expect(feeding.offsets).toEqual([5, 0]);
  });

  it.each<[string, Position & { topicId?: string }, number]>([
    ['of another topic', { offset: 5, metadata: '', topicId: 'b' }, 0],
    ['beyond the end', { offset: 10, metadata: '', topicId: 'a' }, 0],
    ['of this topic', { offset: 5, metadata: '', topicId: 'a' }, 5],
    ['of an earlier version, which names no topic', { offset: 5, metadata: '' }, 5],
  ])('interprets a position %s', async (_, committed, expected) => {
    const feeding = new Feeding(committed, { start: 0, end: 9 });
    feeding.topicId = 'a';
    await feeding.wanting(expected);
    expect(feeding.failures.join().includes('BT_LOG_IS_ANOTHER')).toBe(expected === 0);
  });

  it('accepts only the offset that it requested last', async () => {
    const feeding = new Feeding(undefined, { start: 0, end: 9 });
    await feeding.wanting(0);
    feeding.feed.take(0, [record(0)], 1, 9);
    feeding.feed.take(0, [record(0)], 1, 9);
    feeding.feed.take(5, [record(5)], 6, 9);
    await feeding.wanting(1);
    await until(() => feeding.delivered.length > 0);
    expect(feeding.offsets).toEqual([0]);
  });

  it('lets no timestamp decrease, whatever the broker sends', async () => {
    const feeding = new Feeding(undefined, { start: 0, end: 4 });
    await feeding.wanting(0);
    feeding.feed.take(0, [record(0, 100), record(1, 90), record(2, 110)], 3, 4);
    feeding.feed.take(3, [record(3, 50)], 4, 4);
    await until(() => feeding.offsets.length === 4);
    expect(feeding.delivered.flat().map(({ timestamp }) => timestamp)).toEqual([100, 100, 110, 110]);
  });

  it('stops fetching while enough is buffered, and delivers in batches', async () => {
    const feeding = new Feeding(undefined, { start: 0, end: 4 }, 600_000);
    let release = (): void => undefined;
    const blocked = new Promise<void>((resolve) => {
      release = resolve;
    });
    feeding.onRecords = () => blocked;
    await feeding.wanting(0);
    feeding.feed.take(0, [record(0, 0, 500_000), record(1, 1, 500_000), record(2, 2, 500_000)], 3, 4);
    expect(feeding.feed.full).toBe(true);
    expect(feeding.feed.wanted).toBeUndefined();
    release();
    await feeding.wanting(3);
    await until(() => feeding.offsets.length === 3);
    expect(feeding.delivered.map(({ length }) => length)).toEqual([2, 1]);
  });

  it('is idle only at the end, and only while the broker confirms it', async () => {
    const feeding = new Feeding(undefined, { start: 0, end: 2 });
    await feeding.wanting(0);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(feeding.idles).toBe(0);
    feeding.feed.take(0, [record(0), record(1)], 2, 2);
    await until(() => feeding.idles > 1);
    expect(feeding.offsets).toEqual([0, 1]);
  });

  it('fetches nothing while it is paused, nor immediately after a read error', async () => {
    const { feed, failures } = new Feeding(undefined, { start: 0, end: 2 });
    await until(() => feed.wanted === 0);
    feed.pause();
    expect(feed.wanted).toBeUndefined();
    feed.resume();
    expect(feed.wanted).toBe(0);
    feed.unreadable(0, new Error('format 9'));
    expect(feed.wanted).toBeUndefined();
    expect(failures).toEqual(['BT_LOG_RECORD_UNREADABLE: Partition 0 of t cannot be read at offset 0: format 9.']);
  });

  it('distinguishes an outage of the log from an error of its listener, and reports its end', async () => {
    const feeding = new Feeding(undefined, { start: 0, end: 1 });
    const wrong = [logProblem('BT_LOG_TIMEOUT', { topic: 'other', ms: 1 }), new Error('a bug'), undefined];
    feeding.onRecords = async () => {
      const error = wrong.shift();
      if (error) throw error;
    };
    await feeding.wanting(0);
    feeding.feed.take(0, [record(0)], 1, 1);
    await until(() => feeding.offsets.length === 1 && feeding.outages.length === 2);
    expect(feeding.failures).toEqual(['a bug']);
    expect(feeding.outages).toEqual([expect.stringContaining('BT_LOG_TIMEOUT'), 'works']);
  });

  it("is revoked during a batch: another owner's position is not a failure, any other error is", async () => {
    const notAssigned = logProblem('BT_LOG_NOT_ASSIGNED', { topic: 't', partition: 0, group: 'g' });
    for (const [error, lost, failures] of [
      [notAssigned, true, []],
      [notAssigned, false, [notAssigned.message]],
      [new Error('a defect'), true, ['a defect']],
    ] as const) {
      const feeding = new Feeding(undefined, { start: 0, end: 1 });
      let calls = 0;
      feeding.onRecords = async () => {
        if (lost) feeding.feed.lose();
        if (calls++ === 0) throw error;
      };
      await feeding.wanting(0);
      feeding.feed.take(0, [record(0)], 1, 1);
      await until(() => calls > 0);
      await feeding.feed.stop();
      expect(feeding.failures).toEqual(failures);
    }
  });

  it('finishes the current batch before it is released', async () => {
    const feeding = new Feeding(undefined, { start: 0, end: 1 });
    let release = (): void => undefined;
    let working = false;
    feeding.onRecords = () =>
      new Promise<void>((resolve) => {
        working = true;
        release = resolve;
      });
    await feeding.wanting(0);
    feeding.feed.take(0, [record(0)], 1, 1);
    await until(() => working);
    const stopped = feeding.feed.stop();
    expect(feeding.feed.held).toBe(true);
    expect(feeding.revoked).toBe(false);
    release();
    await stopped;
    expect(feeding.revoked).toBe(true);
    expect(feeding.feed.held).toBe(false);
    expect(feeding.offsets).toEqual([0]);
  });
});
