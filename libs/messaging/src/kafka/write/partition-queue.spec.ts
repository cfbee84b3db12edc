import { afterEach, describe, expect, it } from '@jest/globals';
import type { ProducerIdentity } from '../client/kafkajs.js';
import { PartitionQueue } from './partition-queue.js';
import { PendingAppend, piecesOf } from './pending-append.js';

const MAX_BYTES = 1_000;

/** The producer id, epoch and first sequence of a batch, and its number of records. */
function sequenceOf(batch: Buffer | undefined): { id: number; first: number; count: number } {
  return { id: Number(batch!.readBigInt64BE(43)), first: batch!.readInt32BE(53), count: batch!.readInt32BE(57) };
}

const appends: PendingAppend[] = [];

class Under {
  readonly queue = new PartitionQueue('t', 0);
  private identities = 0;
  cluster: string | undefined = 'first';
  private present: ProducerIdentity = { id: 100, epoch: 0, cluster: 'first' };

  append(count: number, size = 10, timeout = 60_000): PendingAppend {
    const append = new PendingAppend('t', count, timeout, () => this.queue.dropSettled());
    append.offsets.catch(() => undefined);
    appends.push(append);
    const records = Array.from({ length: count }, () => ({ partition: 0, value: Buffer.alloc(size) }));
    for (const pieces of piecesOf(append, records, MAX_BYTES).values()) this.queue.add(pieces);
    return append;
  }

  next(): Promise<Buffer | undefined> {
    return this.queue.next(MAX_BYTES, 'none', this.cluster, async (spent) => {
      if (spent === this.present) this.present = { id: 100 + ++this.identities, epoch: 0, cluster: this.cluster };
      return this.present;
    });
  }
}

describe('a queue of one partition', () => {
  // Their timers would outlive the tests.
  afterEach(() => {
    for (const append of appends.splice(0)) append.reject(new Error('the test is over'));
  });

  it('joins waiting appends to one batch, and counts its sequence by acknowledged records', async () => {
    const under = new Under();
    const [first, second] = [under.append(2), under.append(3)];
    expect(sequenceOf(await under.next())).toEqual({ id: 100, first: 0, count: 5 });
    under.queue.acknowledged(40);
    expect(await first.offsets).toEqual([40, 41]);
    expect(await second.offsets).toEqual([42, 43, 44]);
    expect(under.queue.hasWork).toBe(false);
    under.append(1);
    expect(sequenceOf(await under.next())).toEqual({ id: 100, first: 5, count: 1 });
  });

  it('does not say of a new append why one that was given up failed', async () => {
    const under = new Under();
    const old = under.append(1);
    await under.next();
    under.queue.failure = 'too few replicas';
    const waiting = under.append(1);
    expect(under.queue.failure).toBe('too few replicas');
    for (const append of [old, waiting]) append.reject(new Error('its deadline has passed'));
    under.queue.dropSettled();
    expect(await under.next()).toBeUndefined();
    under.append(1);
    expect(under.queue.failure).toBeUndefined();
    await under.next();
    under.queue.failure = 'no leader';
    under.queue.refused(new Error('too large'));
    expect(under.queue.failure).toBeUndefined();
  });

  it('sends a batch of unknown outcome again unchanged, whatever came since', async () => {
    const under = new Under();
    under.append(2);
    const sent = await under.next();
    under.append(1);
    expect(await under.next()).toBe(sent);
  });

  it('takes a new identity after giving up a batch that may have been sent, so that none is mistaken for it', async () => {
    const under = new Under();
    const given = under.append(2);
    await under.next();
    given.reject(new Error('too late'));
    const kept = under.append(2);
    expect(sequenceOf(await under.next())).toEqual({ id: 101, first: 0, count: 2 });
    under.queue.acknowledged(7);
    expect(await kept.offsets).toEqual([7, 8]);
  });

  it('keeps its identity when the batch it gives up was never sent', async () => {
    const under = new Under();
    under.append(1).reject(new Error('too late'));
    under.queue.dropSettled();
    expect(under.queue.hasWork).toBe(false);
    under.append(1);
    expect(sequenceOf(await under.next())).toEqual({ id: 100, first: 0, count: 1 });
  });

  it('sends a batch for callers that still wait, though others gave up', async () => {
    const under = new Under();
    const [gone, waiting] = [under.append(1), under.append(1)];
    const sent = await under.next();
    gone.reject(new Error('too late'));
    expect(await under.next()).toBe(sent);
    under.queue.acknowledged(3);
    expect(await waiting.offsets).toEqual([4]);
  });

  it('restarts the sequence with a new identity when the broker forgot the old one', async () => {
    const under = new Under();
    under.append(1);
    await under.next();
    under.queue.acknowledged(0);
    const append = under.append(2);
    expect(sequenceOf(await under.next())).toMatchObject({ id: 100, first: 1 });
    under.queue.forgotten();
    expect(sequenceOf(await under.next())).toEqual({ id: 101, first: 0, count: 2 });
    under.queue.acknowledged(9);
    expect(await append.offsets).toEqual([9, 10]);
  });

  it('takes a new identity in another cluster, where another producer may have its id and its sequence', async () => {
    const under = new Under();
    under.append(2);
    await under.next();
    under.queue.acknowledged(0);
    const lost = under.append(1);
    expect(sequenceOf(await under.next())).toMatchObject({ id: 100, first: 2 });
    under.cluster = 'second';
    expect(sequenceOf(await under.next())).toEqual({ id: 101, first: 0, count: 1 });
    under.queue.acknowledged(7);
    expect(await lost.offsets).toEqual([7]);
    under.append(1);
    expect(sequenceOf(await under.next())).toMatchObject({ id: 101, first: 1 });
  });

  it('keeps its identity, and a batch of unknown outcome, while the broker does not report its cluster', async () => {
    const under = new Under();
    under.append(2);
    const sent = await under.next();
    under.cluster = undefined;
    expect(await under.next()).toBe(sent);
  });

  it('sends appends singly when together they are too large', async () => {
    const under = new Under();
    const [first, second] = [under.append(1, 300), under.append(1, 300)];
    expect(sequenceOf(await under.next()).count).toBe(2);
    expect(under.queue.split()).toBe(true);
    const third = under.append(1, 300);
    expect(sequenceOf(await under.next())).toEqual({ id: 100, first: 0, count: 1 });
    expect(under.queue.split()).toBe(false);
    under.queue.refused(new Error('too large'));
    await expect(first.offsets).rejects.toThrow('too large');
    expect(sequenceOf(await under.next())).toEqual({ id: 100, first: 0, count: 1 });
    under.queue.acknowledged(5);
    expect(await second.offsets).toEqual([5]);
    expect(sequenceOf(await under.next()).count).toBe(1);
    under.queue.acknowledged(6);
    expect(await third.offsets).toEqual([6]);
  });

  it('splits an append that is larger than a batch', async () => {
    const under = new Under();
    const append = under.append(10, 300);
    for (let offset = 0; under.queue.hasWork; ) {
      const { count } = sequenceOf(await under.next());
      expect(count).toBeLessThanOrEqual(3);
      under.queue.acknowledged(offset);
      offset += count;
    }
    expect(await append.offsets).toEqual(Array.from({ length: 10 }, (_, i) => i));
  });

  it('gives up at the deadline', async () => {
    const under = new Under();
    const append = under.append(1, 10, 5);
    await expect(append.offsets).rejects.toMatchObject({ code: 'BT_LOG_TIMEOUT', retryable: true });
    expect(under.queue.hasWork).toBe(false);
  });
});
