import { describe, expect, it } from '@jest/globals';
import type { Connection } from '../client/connection.js';
import { Writer } from './writer.js';

const TOPIC = 't';
const NOT_ENOUGH_REPLICAS = 19;
const APPEND_MS = 500;

describe('a write that is not confirmed', () => {
  it('says why, even if other partitions of the topic are written in the same requests', async () => {
    let writes = 0;
    const connection = {
      leaders: async () => new Map([0, 1].map((partition) => [partition, 1])),
      leadersMoved: () => undefined,
      clusterAt: async () => undefined,
      newProducerAt: async () => ({ id: 1, epoch: 0, cluster: undefined }),
      send: async () => [
        { topic: TOPIC, partition: 0, errorCode: NOT_ENOUGH_REPLICAS, baseOffset: -1 },
        { topic: TOPIC, partition: 1, errorCode: 0, baseOffset: writes },
      ],
    } as unknown as Connection;
    const options = { compression: 'none', maxBatchBytes: 1_000_000, appendTimeout: APPEND_MS, report: () => undefined } as const;
    const writer = new Writer({ connection, ...options });
    const append = (partition: number) => writer.append(TOPIC, [{ partition, value: Buffer.from('x') }]);
    let isOver = false;
    const failing = append(0).finally(() => {
      isOver = true;
    });
    const writing = (async () => {
      while (!isOver) {
        await append(1);
        writes++;
      }
    })();
    await expect(failing).rejects.toThrow(/BT_LOG_TIMEOUT: .* within 500 ms: NOT_ENOUGH_REPLICAS: .*in-sync replicas/);
    await writing;
    expect(writes).toBeGreaterThan(0);
    await writer.close();
  });
});
