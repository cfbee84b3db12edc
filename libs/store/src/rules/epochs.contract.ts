import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RuleSetRecord } from '#records';
import { type Store } from '../store.js';
import { rule } from '../testing/rule.js';

/** Rule sets and their outbox; part of the contract of a store. */
export function describeEpochs(open: () => Store): void {
  let store: Store;
  beforeEach(() => {
    store = open();
  });
  const records = async (): Promise<RuleSetRecord[]> =>
    (await store.unpublishedEpochs()).map(({ record }) => JSON.parse(record) as RuleSetRecord);

  describe('epochs', () => {
    it('change only with the published rule set', async () => {
      await store.putRule(rule('off', { enabled: false }), 1);
      expect(await store.latestEpoch()).toBe(0);
      await store.putRule(rule('a', { message: 'slow', onError: 'violation' }), 2);
      await store.putRule(rule('a', { enabled: false }), 3);
      await store.deleteRule('a', 4);
      await store.putRule(rule('off', { enabled: true }), 5);
      const published = { id: 'a', name: 'Rule a', version: 1, expression: 'span.duration > 1s', severity: 'HIGH' };
      const a = { ...published, message: 'slow', onError: 'violation' };
      const off = { ...published, id: 'off', name: 'Rule off', version: 2 };
      expect(await records()).toEqual([
        { epoch: 1, changes: [{ put: a }], snapshot: [a] },
        { epoch: 2, changes: [{ remove: 'a' }] },
        { epoch: 3, changes: [{ put: off }] },
      ]);
      expect(await store.latestEpoch()).toBe(3);
    });

    it('stay in the outbox until they are published', async () => {
      for (const id of ['a', 'b', 'c']) await store.putRule(rule(id), 1);
      await store.epochPublished(1);
      await store.epochPublished(2);
      expect(await store.unpublishedEpochs()).toEqual([{ epoch: 3, record: expect.any(String), published: false, fromBeginning: false }]);
    });

    it('that an empty log lacks hold from its beginning, until they are published', async () => {
      const waiting = async () => (await store.unpublishedEpochs()).map(({ epoch, fromBeginning }) => [epoch, fromBeginning]);
      for (const id of ['a', 'b', 'c']) await store.putRule(rule(id), 1);
      await store.epochPublished(1);
      await store.epochPublished(2);
      expect(await store.republish(new Set())).toBe(2);
      const outbox = [
        [1, true],
        [2, true],
        [3, false],
      ];
      expect(await waiting()).toEqual(outbox);
      // Another process finds that the first has written the records.
      expect(await store.republish(new Set([1, 2, 3]))).toBe(0);
      expect(await waiting()).toEqual(outbox);
      for (const epoch of [1, 2, 3]) await store.epochPublished(epoch);
      expect(await store.republish(new Set([1, 3]))).toBe(1);
      expect(await waiting()).toEqual([[2, false]]);
    });

    it('have no gaps and no forks under concurrent changes', async () => {
      await Promise.all(Array.from({ length: 20 }, (_, i) => store.putRule(rule(`r${i}`), i)));
      expect((await records()).map(({ epoch }) => epoch)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    });

    it('are created above those of a log with other rules', async () => {
      await store.putRule(rule('a'), 1);
      await store.snapshotAfter(17);
      expect(await store.latestEpoch()).toBe(18);
      expect(JSON.parse((await store.unpublishedEpochs()).at(-1)?.record ?? 'null')).toMatchObject({
        epoch: 18,
        snapshot: [{ id: 'a' }],
      });
      await store.putRule(rule('b'), 2);
      expect(JSON.parse((await store.ruleSet(19)) ?? 'null')).toMatchObject({ epoch: 19, snapshot: [{ id: 'a' }, { id: 'b' }] });
      await store.snapshotAfter(0);
      expect(await store.latestEpoch()).toBe(20);
    });

    it('are deleted where a log has other rules, and rules continue above them', async () => {
      for (const id of ['a', 'b', 'c']) await store.putRule(rule(id), 1);
      await store.epochPublished(1);
      await store.forkEpochs(2, 9);
      expect(await records()).toEqual([{ epoch: 10, snapshot: ['a', 'b', 'c'].map((id) => expect.objectContaining({ id })) }]);
      expect([await store.ruleSet(2), await store.ruleSet(3), await store.latestEpoch()]).toEqual([undefined, undefined, 10]);
      await store.forkEpochs(11, 0);
      expect((await records()).map(({ epoch }) => epoch)).toEqual([10, 11]);
    });

    it('that were lost get the current rules, and stored ones stay', async () => {
      await store.putRule(rule('a'), 1);
      await store.epochPublished(1);
      await store.snapshotAfter(6);
      await store.epochPublished(7);
      await store.putRule(rule('b'), 2);
      await store.replaceEpochs([6, 1, 4, 5, 7, 2]);
      expect((await store.unpublishedEpochs()).map(({ epoch }) => epoch)).toEqual([2, 4, 5, 6, 8]);
      // Tells evaluators that others may have evaluated by other rules.
      expect((await records()).map(({ replaced }) => replaced)).toEqual([true, true, true, true, undefined]);
      const at = async (epoch: number) => {
        const record = JSON.parse((await store.ruleSet(epoch)) ?? 'null') as RuleSetRecord | null;
        return record?.snapshot?.map(({ id }) => id);
      };
      expect(await Promise.all([1, 2, 4, 5, 6, 7, 8].map(at))).toEqual([
        ['a'],
        ['a', 'b'],
        ['a', 'b'],
        ['a', 'b'],
        ['a', 'b'],
        ['a'],
        ['a', 'b'],
      ]);
      await store.replaceEpochs([]);
      await store.replaceEpochs([2, 3]);
      expect(await store.latestEpoch()).toBe(8);
    });

    it('return the whole rule set of each', async () => {
      expect(await store.ruleSet()).toBeUndefined();
      for (let i = 1; i <= 60; i++) await store.putRule(rule(`r${i % 7}`, { name: `change ${i}` }), i);
      await store.deleteRule('r0', 61);
      const at = async (epoch?: number) => JSON.parse((await store.ruleSet(epoch)) ?? 'null') as RuleSetRecord;
      expect((await at()).epoch).toBe(61);
      expect((await at()).snapshot?.map(({ id }) => id)).toEqual(['r1', 'r2', 'r3', 'r4', 'r5', 'r6']);
      expect((await at(3)).snapshot?.map(({ id, name: named }) => [id, named])).toEqual([
        ['r1', 'change 1'],
        ['r2', 'change 2'],
        ['r3', 'change 3'],
      ]);
      for (const epoch of [49, 50, 51])
        expect((await at(epoch)).snapshot?.find(({ id }) => id === `r${epoch % 7}`)?.name).toBe(`change ${epoch}`);
      expect((await records())[50]).toMatchObject({ epoch: 51, snapshot: expect.any(Array) });
      expect(await store.ruleSet(62)).toBeUndefined();
    });

    it('publish and adopt the controls of an enforced rule that requests evidence', async () => {
      const controls = [{ framework: 'SOC 2', control: 'CC6.1' }];
      await store.putRule(rule('asks', { controls, emitEvidence: true }), 1);
      await store.putRule(rule('in-shadow', { controls, emitEvidence: true, shadow: true }), 1);
      await store.putRule(rule('without-controls', { emitEvidence: true }), 1);
      await store.putRule(rule('silent', { controls }), 1);
      const { snapshot = [] } = JSON.parse((await store.ruleSet()) ?? 'null') as RuleSetRecord;
      expect(snapshot.map(({ id, evidence }) => [id, evidence])).toEqual([
        ['asks', controls],
        ['in-shadow', undefined],
        ['silent', undefined],
        ['without-controls', undefined],
      ]);
    });

    it('adopts the rules of a log around an existing one, which stays and is part of the next epoch', async () => {
      await store.putRule(rule('b', { enabled: false }), 1);
      const published = (id: string) => ({ id, name: id, version: 4, expression: 'span.is_root', severity: 'LOW' as const });
      const evidence = [{ framework: 'SOC 2', control: 'CC6.1' }];
      await store.adoptRules([{ ...published('a'), evidence }, published('b')], 7, 2);
      expect(await store.rule('a')).toMatchObject({ controls: evidence, emitEvidence: true });
      expect((await store.rules()).map(({ id, version, enabled }) => [id, version, enabled])).toEqual([
        ['a', 4, true],
        ['b', 1, false],
      ]);
      expect(await records()).toEqual([{ epoch: 8, snapshot: [expect.objectContaining({ id: 'a', version: 4 })] }]);
    });
  });
}
