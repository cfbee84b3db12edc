import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RuleSetRecord } from '#records';
import { type Store } from '../store.js';
import { rule } from '../testing/rule.js';

/** Rules and their history; part of the contract of a store. */
export function describeRules(open: () => Store): void {
  let store: Store;
  beforeEach(() => {
    store = open();
  });
  const records = async (): Promise<RuleSetRecord[]> =>
    (await store.unpublishedEpochs()).map(({ record }) => JSON.parse(record) as RuleSetRecord);

  describe('rules', () => {
    it('are stored unchanged, with version and times', async () => {
      const content = rule('ä "quoted"', {
        description: 'line\nline',
        tags: ['pci', '😀'],
        controls: [{ framework: 'SOC 2', control: '😀' }],
        emitEvidence: true,
        tests: [{ name: '😀', trace: 'a "1"\n  b', expect: { match: ['b'] } }],
        message: 'm',
        enabled: false,
        severity: 'LOW',
      });
      const put = await store.putRule(content, 1_700_000_000_123);
      expect(put).toEqual({ ...content, version: 1, createdAt: 1_700_000_000_123, updatedAt: 1_700_000_000_123 });
      expect(await store.rule(content.id)).toEqual(put);
      expect(await store.rule('other')).toBeUndefined();
    });

    it('are ordered by id', async () => {
      for (const id of ['b', 'B', 'a-1', 'a1', 'a']) await store.putRule(rule(id), 1);
      expect((await store.rules()).map(({ id }) => id)).toEqual(['B', 'a', 'a-1', 'a1', 'b']);
    });

    it('count their versions, and keep each', async () => {
      await store.putRule(rule('a'), 10);
      const second = await store.putRule(rule('a', { severity: 'LOW' }), 20);
      expect(second).toMatchObject({ version: 2, createdAt: 10, updatedAt: 20 });
      await store.deleteRule('a', 30);
      const fourth = await store.putRule(rule('a'), 40);
      expect(fourth).toMatchObject({ version: 4, createdAt: 40 });
      const versions = await store.ruleVersions('a');
      expect(versions.map(({ version, changedAt, rule: was }) => [version, changedAt, was?.severity])).toEqual([
        [4, 40, 'HIGH'],
        [3, 30, undefined],
        [2, 20, 'LOW'],
        [1, 10, 'HIGH'],
      ]);
    });

    it('keep the author of each version, and page their history', async () => {
      for (const [n, by] of ['ann', undefined, 'bob', 'ann'].entries()) await store.putRule(rule('a', { name: `${n}` }), n, undefined, by);
      await store.importRules({ rules: [{ rule: rule('b') }], replace: true, now: 9, by: 'carl' });
      await store.putRule(rule('other'), 1, undefined, 'dora');
      expect((await store.ruleVersions('a')).map(({ version, changedBy }) => [version, changedBy])).toEqual([
        [5, 'carl'],
        [4, 'ann'],
        [3, 'bob'],
        [2, undefined],
        [1, 'ann'],
      ]);
      const page = async (below?: number) => (await store.ruleVersions('a', { limit: 2, below })).map(({ version }) => version);
      expect([await page(), await page(4), await page(2), await page(1)]).toEqual([[5, 4], [3, 2], [1], []]);
      expect(await store.ruleVersion('a', 3)).toMatchObject({ ruleId: 'a', version: 3, changedAt: 2, rule: { name: '2', version: 3 } });
      expect(await store.ruleVersion('a', 5)).toMatchObject({ rule: undefined, changedBy: 'carl' });
      expect([await store.ruleVersion('a', 6), await store.ruleVersion('nobody', 1)]).toEqual([undefined, undefined]);
    });

    it('stay the same when nothing changes', async () => {
      const first = await store.putRule(rule('a', { tags: ['x'] }), 10);
      expect(await store.putRule(rule('a', { tags: ['x'] }), 20)).toEqual(first);
      expect(await store.latestEpoch()).toBe(1);
    });

    it('get a new version for other controls, and have none without controls', async () => {
      const controls = [{ framework: 'SOC 2', control: 'CC6.1' }];
      await store.putRule(rule('a', { controls }), 10);
      expect(await store.putRule(rule('a', { controls }), 20)).toMatchObject({ version: 1, controls });
      expect(await store.putRule(rule('a', { controls: [] }), 30)).not.toHaveProperty('controls');
      const versions = await store.ruleVersions('a');
      expect(versions.map(({ version, rule: was }) => [version, was?.controls])).toEqual([
        [2, undefined],
        [1, controls],
      ]);
    });

    it('get a new version for other test cases, and their history keeps them', async () => {
      const tests = [{ name: 'slow', trace: 'checkout 2s', expect: 'match' as const }];
      await store.putRule(rule('a', { tests }), 10);
      expect(await store.putRule(rule('a', { tests }), 20)).toMatchObject({ version: 1, tests });
      expect(await store.putRule(rule('a', { tests: [] }), 30)).not.toHaveProperty('tests');
      const versions = await store.ruleVersions('a');
      expect(versions.map(({ version, rule: was }) => [version, was?.tests])).toEqual([
        [2, undefined],
        [1, tests],
      ]);
    });

    it('are refused when the version differs', async () => {
      await store.putRule(rule('a'), 10, 0);
      await expect(store.putRule(rule('a', { name: 'x' }), 20, 0)).rejects.toMatchObject({ code: 'BT_STORE_CONFLICT', status: 409 });
      await expect(store.putRule(rule('a', { name: 'x' }), 20, 2)).rejects.toThrow('version 1, not 2');
      await expect(store.putRule(rule('b'), 20, 1)).rejects.toThrow('BT_STORE_CONFLICT');
      expect(await store.putRule(rule('a', { name: 'x' }), 20, 1)).toMatchObject({ version: 2 });
      expect(await store.latestEpoch()).toBe(2);
    });

    it('are deleted once', async () => {
      await store.putRule(rule('a'), 1);
      expect(await store.deleteRule('a', 2)).toBe(true);
      expect(await store.deleteRule('a', 3)).toBe(false);
      expect(await store.rules()).toEqual([]);
    });

    it('are deleted only in the expected version', async () => {
      await store.putRule(rule('a'), 1);
      await store.putRule(rule('a', { name: 'x' }), 2);
      const epoch = await store.latestEpoch();
      await expect(store.deleteRule('a', 3, 1)).rejects.toMatchObject({ code: 'BT_STORE_CONFLICT', values: { found: 2, expected: 1 } });
      expect([(await store.rule('a'))?.version, await store.latestEpoch()]).toEqual([2, epoch]);
      expect(await store.deleteRule('a', 4, 2, 'ann')).toBe(true);
      expect(await store.deleteRule('a', 5, 2)).toBe(false);
      expect((await store.ruleVersions('a')).map(({ changedBy }) => changedBy)).toEqual(['ann', undefined, undefined]);
    });

    it('imports rules together: one epoch for all, none without changes, and nothing when a version differs', async () => {
      await store.putRule(rule('a'), 1);
      await store.putRule(rule('b'), 1);
      await store.putRule(rule('off', { enabled: false }), 1);
      const epoch = await store.latestEpoch();
      const rules = [{ rule: rule('c') }, { rule: rule('a'), expectedVersion: 1 }, { rule: rule('b', { name: 'other' }) }];
      const imported = await store.importRules({ rules, replace: true, now: 2 });
      expect(imported.map(({ id, before, after }) => [id, before?.version, after?.version])).toEqual([
        ['c', undefined, 1],
        ['a', 1, 1],
        ['b', 1, 2],
        ['off', 1, undefined],
      ]);
      expect(await store.latestEpoch()).toBe(epoch + 1);
      expect((await records()).at(-1)?.changes).toMatchObject([{ put: { id: 'c' } }, { put: { id: 'b', name: 'other', version: 2 } }]);
      await store.importRules({ rules: rules.slice(0, 2), replace: false, now: 3 });
      expect(await store.latestEpoch()).toBe(epoch + 1);
      const wrong = [{ rule: rule('d') }, { rule: rule('a', { name: 'x' }), expectedVersion: 5 }];
      await expect(store.importRules({ rules: wrong, replace: true, now: 4 })).rejects.toMatchObject({ code: 'BT_STORE_CONFLICT' });
      expect((await store.rules()).map(({ id, version }) => `${id} ${version}`)).toEqual(['a 1', 'b 2', 'c 1']);
      expect((await store.ruleVersions('off')).map(({ version, rule: was }) => [version, was?.id])).toEqual([
        [2, undefined],
        [1, 'off'],
      ]);
    });

    it('an import of many rules yields to other work', async () => {
      let turns = 0;
      let going = true;
      const count = () => {
        turns++;
        if (going) setImmediate(count);
      };
      setImmediate(count);
      const rules = Array.from({ length: 500 }, (_, i) => ({ rule: rule(`r${i}`), expectedVersion: undefined }));
      expect(await store.importRules({ rules, replace: false, now: 1 })).toHaveLength(500);
      going = false;
      expect(turns).toBeGreaterThanOrEqual(8);
      expect(await store.latestEpoch()).toBe(1);
    });

    it('thousands of rules that come one by one cost their own size each, not that of all', async () => {
      const count = 1_000;
      for (let i = 0; i < count; i++) await store.putRule(rule(`r${i}`), i);
      const sizes = (await store.unpublishedEpochs()).map(({ record }) => JSON.parse(record) as RuleSetRecord);
      const rules = sizes.reduce((sum, { changes = [], snapshot = [] }) => sum + changes.length + snapshot.length, 0);
      expect(rules).toBeLessThan(4 * count);
      expect(JSON.parse((await store.ruleSet(count)) ?? 'null').snapshot).toHaveLength(count);
      for (const epoch of [1, 50, 51, 52, 333, 999])
        expect(JSON.parse((await store.ruleSet(epoch)) ?? 'null').snapshot).toHaveLength(epoch);
      // A late reader applies at most as many changes as the set has rules.
      const lastWhole = sizes.findLastIndex(({ snapshot }) => snapshot !== undefined);
      expect(count - lastWhole).toBeLessThanOrEqual(count / 2 + 1);
    });
  });
}
