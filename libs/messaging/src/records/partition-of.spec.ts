import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { partitionOf, partitionOfKey } from './partition-of.js';

const id = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

/** The partition that kafkajs chooses for a key. */
function kafkajs(key: string, n: number): number {
  const partitionMetadata = Array.from({ length: n }, (_, partitionId) => ({
    partitionId,
    leader: 1,
    replicas: [1],
    isr: [1],
    partitionErrorCode: 0,
    offlineReplicas: [],
  }));
  return Partitioners.DefaultPartitioner()({ topic: 't', partitionMetadata, message: { key: Buffer.from(key), value: null } });
}

describe('partitionOf', () => {
  it.each([
    ['4bf92f3577b34da6a3ce929d0e0e4736', 2],
    ['5b8efff798038103d269b633813fc60c', 4],
    ['00000000000000000000000000000001', 10],
  ])('puts %s on partition %i of 12', (hex, partition) => {
    expect(partitionOf(id(hex), 12)).toBe(partition);
    expect(partitionOfKey(hex, 12)).toBe(partition);
  });

  it('reads the id in place', () => {
    const inside = Uint8Array.from([1, 2, 3, ...id('4bf92f3577b34da6a3ce929d0e0e4736'), 9]);
    expect(partitionOf(inside, 12, 3)).toBe(2);
  });

  it('agrees with the Kafka client on any trace id and any number of partitions', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.integer({ min: 1, max: 200 }), (bytes, n) => {
        const hex = Buffer.from(bytes).toString('hex');
        expect(partitionOf(bytes, n)).toBe(kafkajs(hex, n));
      }),
    );
  });

  it('agrees with the Kafka client on keys of any length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.integer({ min: 1, max: 200 }), (key, n) => {
        expect(partitionOfKey(key, n)).toBe(kafkajs(key, n));
      }),
    );
  });
});
