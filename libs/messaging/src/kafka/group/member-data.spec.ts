import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readAssignment, readSubscription, writeAssignment, writeSubscription } from './member-data.js';

const { AssignerProtocol } = createRequire(import.meta.url)('kafkajs') as typeof import('kafkajs');
const partitions = fc.uniqueArray(fc.nat(1_000), { maxLength: 20 });

describe('what members of a group tell each other', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: 'grapheme' }),
        partitions,
        fc.integer({ min: -1, max: 2 ** 31 - 1 }),
        (topic, owned, generation) => {
          expect(readSubscription(writeSubscription({ topic, owned, generation }))).toEqual({ topic, owned, generation });
          expect(readAssignment(writeAssignment(topic, owned), topic)).toEqual(owned);
        },
      ),
    );
  });

  it('has the form that other clients read', () => {
    expect(AssignerProtocol.MemberMetadata.decode(writeSubscription({ topic: 't', owned: [1], generation: 4 }))).toMatchObject({
      topics: ['t'],
    });
    expect(AssignerProtocol.MemberAssignment.decode(writeAssignment('t', [3, 1]))).toMatchObject({ assignment: { t: [3, 1] } });
  });

  it('is nothing when it is something else', () => {
    expect(readSubscription(Buffer.from('not a subscription'))).toBeUndefined();
    expect(readSubscription(Buffer.alloc(0))).toBeUndefined();
    expect(readAssignment(Buffer.alloc(0), 't')).toEqual([]);
    expect(readAssignment(writeAssignment('other', [1]), 't')).toEqual([]);
  });
});
