import { describe, expect, it } from '@jest/globals';
import type { LogRecord, Position, RecordBatch, SubscribeOptions, Subscription } from './log.js';

/** The log of a test for the part of the suite about subscriptions. Its topic has three partitions. */
export interface SubscribeContract {
  append(partition: number, ...contents: string[]): Promise<readonly number[]>;
  /** A member of group `g`, unless the options say otherwise; it is closed after the test. */
  subscribe(listening: Listening, options?: Partial<SubscribeOptions>): Promise<Subscription>;
  eventually(what: string, holds: () => boolean): Promise<void>;
  committed(group: string, partition: number): Promise<Position | undefined>;
}

const text = (record: LogRecord): string => Buffer.from(record.value).toString();

/** A member that keeps its records. */
export class Listening {
  readonly events: string[] = [];
  readonly batches: RecordBatch[] = [];
  readonly committed = new Map<number, Position | undefined>();
  readonly revokedWhile: Promise<void>[] = [];
  onRecords: (batch: RecordBatch, leaving?: AbortSignal) => Promise<void> = async () => undefined;
  onRevoked: (partition: number) => Promise<void> = async () => undefined;
  startAt: (partition: number) => number | undefined = () => undefined;

  readonly listener: SubscribeOptions['listener'] = {
    assigned: async (partition, committed) => {
      this.events.push(`assigned ${partition}`);
      this.committed.set(partition, committed);
      return this.startAt(partition);
    },
    records: async (batch, leaving) => {
      await this.onRecords(batch, leaving);
      this.batches.push(batch);
    },
    idle: async (partition) => void this.events.push(`idle ${partition}`),
    revoked: async (partition) => {
      await this.onRevoked(partition);
      this.events.push(`revoked ${partition}`);
    },
    failed: (error, partition) => void this.events.push(`failed ${partition} ${error.message}`),
  };

  texts(partition: number): string[] {
    return this.batches.filter((batch) => batch.partition === partition).flatMap((batch) => batch.records.map(text));
  }
}

/** The part of `describeLog` about subscriptions. */
export function describeSubscribe({ append, subscribe, eventually, committed }: SubscribeContract): void {
  describe('subscribe', () => {
    it('delivers existing and new records in order, with the end of the partition', async () => {
      await append(0, 'a', 'b');
      const listening = new Listening();
      await subscribe(listening);
      await eventually('a and b', () => listening.texts(0).length === 2);
      await append(0, 'c');
      await append(2, 'x');
      await eventually('c and x', () => listening.texts(0).length === 3 && listening.texts(2).length === 1);
      expect(listening.texts(0)).toEqual(['a', 'b', 'c']);
      expect(listening.batches.every((batch) => batch.endOffset > batch.records.at(-1)!.offset)).toBe(true);
      expect(listening.events).toEqual(expect.arrayContaining(['assigned 0', 'assigned 1', 'assigned 2']));
    });

    it('resumes after the committed position, and returns its text', async () => {
      await append(0, 'a', 'b', 'c');
      const first = new Listening();
      const subscription = await subscribe(first);
      await eventually('the records', () => first.texts(0).length === 3);
      expect(first.committed.get(0)).toBeUndefined();
      await subscription.commit(0, { offset: 2, metadata: '{"epoch":3}' });
      await subscription.close();

      const second = new Listening();
      await subscribe(second);
      await eventually('the last record', () => second.texts(0).length > 0);
      expect(second.committed.get(0)).toEqual({ offset: 2, metadata: '{"epoch":3}' });
      expect(second.texts(0)).toEqual(['c']);
      expect(await committed('g', 0)).toEqual({ offset: 2, metadata: '{"epoch":3}' });
      expect(await committed('g', 1)).toBeUndefined();
      expect(await committed('never seen', 0)).toBeUndefined();
    });

    it('starts where the listener says', async () => {
      await append(0, 'a', 'b', 'c');
      const listening = new Listening();
      listening.startAt = () => 1;
      await subscribe(listening);
      await eventually('two records', () => listening.texts(0).length === 2);
      expect(listening.texts(0)).toEqual(['b', 'c']);
    });

    it.each([
      ['before what is kept', -5, ['a', 'b']],
      ['beyond the end, where nothing is', 99, ['a', 'b']],
      ['at the end', 2, ['c']],
    ])('starts %s with the first record', async (_, at, expected) => {
      await append(0, 'a', 'b');
      const listening = new Listening();
      listening.startAt = () => at;
      await subscribe(listening, { partitions: [0] });
      await eventually('assignment', () => listening.committed.has(0));
      await append(0, 'c');
      await eventually('c', () => listening.texts(0).includes('c'));
      expect(listening.texts(0).slice(0, expected.length)).toEqual(expected);
    });

    it('delivers many records in batches without a gap, each knowing the end', async () => {
      const count = 3_000;
      for (let i = 0; i < count; i += 100) await append(1, ...Array.from({ length: 100 }, (_, j) => `record ${i + j}`));
      const listening = new Listening();
      await subscribe(listening, { maxBatchBytes: 500 });
      await eventually('all', () => listening.texts(1).length === count);
      expect(listening.texts(1)).toEqual(Array.from({ length: count }, (_, i) => `record ${i}`));
      const batches = listening.batches.filter((batch) => batch.partition === 1);
      expect(batches.length).toBeGreaterThan(count / 100);
      expect(batches.every((batch) => batch.endOffset === count)).toBe(true);
    });

    it('shares assigned partitions, and hands them over at their positions', async () => {
      await append(0, 'a', 'b');
      await append(1, 'c');
      const [first, second] = [new Listening(), new Listening()];
      const one = await subscribe(first, { partitions: [0] });
      const two = await subscribe(second, { partitions: [1, 2] });
      await eventually('both', () => first.texts(0).length === 2 && second.texts(1).length === 1 && second.committed.size === 2);
      expect([...first.committed.keys()]).toEqual([0]);
      expect([...second.committed.keys()].toSorted()).toEqual([1, 2]);
      await expect(two.commit(0, { offset: 1, metadata: '' })).rejects.toThrow('BT_LOG_NOT_ASSIGNED');
      await one.commit(0, { offset: 1, metadata: 'first' });
      await one.close();

      const heir = new Listening();
      await subscribe(heir, { partitions: [0] });
      await eventually('what was left', () => heir.texts(0).length === 1);
      expect(heir.committed.get(0)).toEqual({ offset: 1, metadata: 'first' });
      expect(heir.texts(0)).toEqual(['b']);
      expect(second.events.filter((event) => event.startsWith('revoked'))).toEqual([]);
    });

    it('retries when the listener could not take a partition, and when idling failed', async () => {
      const listening = new Listening();
      let failures = 2;
      const { assigned, idle } = listening.listener;
      await subscribe(listening, {
        idleInterval: 10,
        partitions: [0],
        listener: {
          ...listening.listener,
          assigned: async (partition, committed, start) => {
            if (failures-- > 0) throw new Error('not yet');
            return assigned(partition, committed, start);
          },
          idle: async (partition, position) => {
            await idle?.(partition, position);
            if (listening.events.filter((event) => event === 'idle 0').length === 1) throw new Error('not now');
          },
        },
      });
      await append(0, 'a');
      await eventually('the record', () => listening.texts(0).length === 1);
      await eventually('two idle calls', () => listening.events.filter((event) => event === 'idle 0').length >= 2);
      expect(listening.events.filter((event) => event === 'failed 0 not yet')).toHaveLength(2);
      expect(listening.events.filter((event) => event === 'failed 0 not now')).toHaveLength(1);
    });

    it('closes even if the listener fails to release, and reports it', async () => {
      const listening = new Listening();
      listening.onRevoked = async () => {
        throw new Error('stuck');
      };
      const subscription = await subscribe(listening, { partitions: [2] });
      await eventually('assignment', () => listening.committed.size === 1);
      await subscription.close();
      expect(listening.events).toContain('failed 2 stuck');
    });

    it('lets a listener append to what it reads', async () => {
      const listening = new Listening();
      const { idle } = listening.listener;
      await subscribe(listening, {
        idleInterval: 20,
        partitions: [0],
        listener: {
          ...listening.listener,
          idle: async (partition, position) => {
            await idle?.(partition, position);
            if (listening.texts(0).length < 3) await append(partition, 'tick');
          },
        },
      });
      await eventually('three ticks', () => listening.texts(0).length === 3);
    });

    it('gives every group all records', async () => {
      const groups = [new Listening(), new Listening()];
      await subscribe(groups[0]!, { group: 'one' });
      await subscribe(groups[1]!, { group: 'two' });
      await append(1, 'a', 'b');
      await eventually('both', () => groups.every((group) => group.texts(1).length === 2));
    });

    it('never calls the listener twice at once for a partition, and waits for it', async () => {
      const listening = new Listening();
      let running = 0;
      let max = 0;
      listening.onRecords = async () => {
        max = Math.max(max, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running--;
      };
      await subscribe(listening, { maxBatchBytes: 1 });
      for (let i = 0; i < 10; i++) await append(0, `record ${i}`);
      await eventually('all', () => listening.texts(0).length === 10);
      expect(max).toBe(1);
    });

    it('delivers again after a failure of the listener, and reports it', async () => {
      const listening = new Listening();
      let failures = 2;
      listening.onRecords = async () => {
        if (failures-- > 0) throw new Error('no room');
      };
      await subscribe(listening);
      await append(0, 'a');
      await append(1, 'b');
      await eventually('a and b', () => listening.texts(0).length + listening.texts(1).length === 2);
      // A broker may also report that it does not lead a partition yet, without naming the partition.
      expect(listening.events.filter((event) => /^failed \d/.test(event))).toHaveLength(2);
      expect(listening.events.join()).toContain('no room');
      expect(listening.texts(0)).toEqual(['a']);
    });

    it('reports idleness, at most as often as configured', async () => {
      const listening = new Listening();
      await subscribe(listening, { idleInterval: 100 });
      const started = performance.now();
      await eventually('three idle calls', () => listening.events.filter((event) => event === 'idle 0').length >= 3);
      expect(performance.now() - started).toBeGreaterThan(150);
    });

    it('pauses and resumes a partition', async () => {
      const listening = new Listening();
      const subscription = await subscribe(listening);
      await eventually('assignment', () => listening.events.filter((event) => event.startsWith('idle')).length >= 3);
      subscription.pause(0);
      await append(0, 'a');
      await append(1, 'b');
      await eventually('the other partition', () => listening.texts(1).length === 1);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(listening.texts(0)).toEqual([]);
      subscription.resume(0);
      await eventually('the paused one', () => listening.texts(0).length === 1);
    });

    it('commits until a partition is revoked, and not after', async () => {
      const listening = new Listening();
      await append(0, 'a', 'b');
      const subscription = await subscribe(listening);
      listening.onRevoked = (partition) => (partition === 0 ? subscription.commit(0, { offset: 2, metadata: 'last' }) : Promise.resolve());
      await eventually('the records', () => listening.texts(0).length === 2);
      await subscription.close();
      expect(listening.events.filter((event) => event.startsWith('revoked')).toSorted()).toEqual(['revoked 0', 'revoked 1', 'revoked 2']);
      await expect(subscription.commit(0, { offset: 2, metadata: '' })).rejects.toThrow('BT_LOG_NOT_ASSIGNED');

      const next = new Listening();
      await subscribe(next);
      await eventually('assignment', () => next.committed.has(0));
      expect(next.committed.get(0)).toEqual({ offset: 2, metadata: 'last' });
    });

    it('signals a revocation to a waiting listener, and treats its end as no failure', async () => {
      const listening = new Listening();
      let waiting = false;
      // As a wait that a signal ends, which wraps its reason.
      listening.onRecords = async (_, leaving) => {
        waiting = true;
        await new Promise((_, fail) => leaving?.addEventListener('abort', () => fail(new Error('ended', { cause: leaving.reason }))));
      };
      await append(1, 'a');
      const subscription = await subscribe(listening, { group: 'leaving' });
      await eventually('a call under way', () => waiting);
      // Before that, a new topic may have no leader for a moment.
      const before = listening.events.length;
      await subscription.close();
      expect(listening.events).toContain('revoked 1');
      expect(listening.events.slice(before).filter((event) => event.startsWith('failed'))).toEqual([]);
      expect(listening.texts(1)).toEqual([]);
    });

    it('calls nothing after close', async () => {
      const listening = new Listening();
      const subscription = await subscribe(listening);
      await eventually('assignment', () => listening.committed.size === 3);
      await subscription.close();
      const before = listening.events.length;
      await append(0, 'a');
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(listening.texts(0)).toEqual([]);
      expect(listening.events).toHaveLength(before);
    });

    it('refuses texts of a position that are too long', async () => {
      const listening = new Listening();
      const subscription = await subscribe(listening);
      await eventually('assignment', () => listening.committed.size === 3);
      await expect(subscription.commit(0, { offset: 0, metadata: 'ä'.repeat(513) })).rejects.toThrow('BT_LOG_METADATA_TOO_LONG');
    });
  });
}
