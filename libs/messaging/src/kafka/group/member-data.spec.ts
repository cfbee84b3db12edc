import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readAssignment, readSubscription, writeAssignment, writeSubscription } from './member-data.js';

const { AssignerProtocol } = createRequire(import.meta.url)('kafkajs') as typeof import('kafkajs');
const partitions = fc.uniqueArray(fc.nat(1_000), { maxLength: 20 });

describe('the data that members of a group exchange', () => {
  it('reads back as written', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: 'grapheme' }),
        partitions,
        fc.integer({ min: -1, max: 2 ** 31 - 1 }),
        partitions,
        fc.boolean(),
        (topic, owned, generation, others, flag) => {
          const plain = { topic, owned, generation };
          const preparing = { ...plain, prepares: true, prepared: others, ...(flag ? { leaving: true } : {}) };
          for (const told of [plain, preparing]) expect(readSubscription(writeSubscription(told))).toEqual(told);
          for (const prepare of [[], others]) {
            for (const count of [{}, { count: generation + 1 }]) {
              const assignment = { partitions: owned, prepare, moving: flag, ...count };
              expect(readAssignment(writeAssignment(topic, assignment), topic)).toEqual(assignment);
            }
          }
        },
      ),
    );
  });

  it('has the form that other clients read', () => {
    const subscription = { topic: 't', owned: [1], generation: 4, prepares: true, prepared: [2] };
    expect(AssignerProtocol.MemberMetadata.decode(writeSubscription(subscription))).toMatchObject({ topics: ['t'] });
    const assignment = { partitions: [3, 1], prepare: [2], moving: true };
    expect(AssignerProtocol.MemberAssignment.decode(writeAssignment('t', assignment))).toMatchObject({ assignment: { t: [3, 1] } });
  });

  it('tolerates other versions, with more or less data', () => {
    const plain = { topic: 't', owned: [1], generation: 4 };
    const bytes = writeSubscription({ ...plain, prepares: true, prepared: [2] });
    const at = bytes.indexOf('{');
    for (const other of ['[', '7', '{"prepares":1,"prepared":"x"}', '{"prepared":[-1,"a",null]}']) {
      const changed = Buffer.from(bytes);
      changed.fill(' ', at, bytes.indexOf('}') + 1);
      changed.write(other, at);
      expect(readSubscription(changed)).toEqual(plain);
    }
  });

  it('is empty for other data', () => {
    expect(readSubscription(Buffer.from('not a subscription'))).toBeUndefined();
    expect(readSubscription(Buffer.alloc(0))).toBeUndefined();
    const nothing = { partitions: [], prepare: [], moving: false };
    expect(readAssignment(Buffer.alloc(0), 't')).toEqual(nothing);
    expect(readAssignment(writeAssignment('other', { ...nothing, partitions: [1] }), 't')).toEqual(nothing);
  });
});
