import { afterEach, describe, expect, it } from '@jest/globals';
import type { Connection } from '../client/connection.js';
import type { ProduceAnswer } from '../wire/produce.js';
import { Writer } from './writer.js';

const TOPIC = 't';
const NOT_ENOUGH_REPLICAS = 19;
const APPEND_MS = 500;

interface Brokers {
  /** The node that leads each partition; throws for a topic that the brokers do not know. */
  readonly leaders?: () => readonly number[];
  readonly send?: (node: number) => Promise<readonly ProduceAnswer[]>;
}

const writers: Writer[] = [];

function writerOf(
  { leaders = () => [1, 1], send = async () => [] }: Brokers,
  report: (attempt: unknown) => void = () => undefined,
): Writer {
  const connection = {
    leaders: async () => new Map(leaders().entries()),
    leadersMoved: () => undefined,
    clusterAt: async () => undefined,
    newProducerAt: async () => ({ id: 1, epoch: 0, cluster: undefined }),
    send,
  } as unknown as Connection;
  const writer = new Writer({
    connection,
    compression: 'none',
    maxBatchBytes: 1_000_000,
    appendTimeout: APPEND_MS,
    report: (_, __, values) => report(values?.['attempt']),
  });
  writers.push(writer);
  return writer;
}

const append = (writer: Writer, ...partitions: readonly number[]) =>
  writer.append(
    TOPIC,
    partitions.map((partition) => ({ partition, value: Buffer.from('x') })),
  );
const answer = (partition: number, errorCode: number, baseOffset = -1): ProduceAnswer => ({
  topic: TOPIC,
  partition,
  errorCode,
  baseOffset,
});

describe('a write that is not confirmed', () => {
  afterEach(() => Promise.all(writers.splice(0).map((writer) => writer.close())));

  it('says why, even if other partitions of the topic are written in the same requests', async () => {
    let writes = 0;
    const writer = writerOf({ send: async () => [answer(0, NOT_ENOUGH_REPLICAS), answer(1, 0, writes)] });
    let isOver = false;
    const failing = append(writer, 0).finally(() => {
      isOver = true;
    });
    const writing = (async () => {
      while (!isOver) {
        await append(writer, 1);
        writes++;
      }
    })();
    await expect(failing).rejects.toThrow(/BT_LOG_TIMEOUT: .* within 500 ms: NOT_ENOUGH_REPLICAS: .*in-sync replicas/);
    await writing;
    expect(writes).toBeGreaterThan(0);
  });

  it('does not say what failed later in a partition that took its part', async () => {
    const first = Promise.withResolvers<void>();
    let requests = 0;
    const writer = writerOf({
      leaders: () => [1, 2],
      // The second broker never answers.
      send: async (node) => {
        if (node === 2) return new Promise(() => undefined);
        if (requests++ > 0) return [answer(0, NOT_ENOUGH_REPLICAS)];
        first.resolve();
        return [answer(0, 0, 7)];
      },
    });
    const both = append(writer, 0, 1);
    await first.promise;
    const [later] = await Promise.allSettled([append(writer, 0), expect(both).rejects.toThrow(/BT_LOG_TIMEOUT: .* within 500 ms\. /)]);
    expect(later).toMatchObject({ reason: { message: expect.stringContaining('within 500 ms: NOT_ENOUGH_REPLICAS') } });
    await expect(both).rejects.toThrow('within 500 ms. ');
  });

  it('says why if it comes while the topic waits for the next look at its leaders', async () => {
    let attempts = 0;
    const brokers = {
      leaders: () => {
        throw new Error('no such topic');
      },
    };
    const writer = writerOf(brokers, (attempt) => {
      attempts = Number(attempt);
    });
    // From then on the pauses are longer than the deadline of a write.
    while (attempts < 7) await append(writer, 0).catch(() => undefined);
    await expect(append(writer, 1)).rejects.toThrow('within 500 ms: no such topic');
  });

  it('says which partition has no leader', async () => {
    const writer = writerOf({ leaders: () => [-1, -1] });
    const writes = await Promise.allSettled([append(writer, 0), append(writer, 1)]);
    for (const [partition, write] of writes.entries())
      expect(write).toMatchObject({ reason: { message: expect.stringContaining(`500 ms: partition ${partition} has no leader now`) } });
  });
});
