import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Revision, supersedes } from './revision.js';
import type { RuleSetRecord } from './rule-set-record.js';
import type { Store, StoredRule, StoredViolation, ViolationFilter } from './store.js';
import { violation } from './testing/violation.js';
import { describeGroups } from './violation-groups/violation-groups.contract.js';

type Content = Omit<StoredRule, 'version' | 'createdAt' | 'updatedAt'>;

const rule = (id: string, changed: Partial<Content> = {}): Content => ({
  id,
  name: `Rule ${id}`,
  description: '',
  expression: 'span.duration > 1s',
  severity: 'HIGH',
  tags: [],
  enabled: true,
  message: null,
  onError: 'no_match',
  ...changed,
});

const revision = (id: string, count: number, firstOffset = 7): Revision => ({
  id,
  revision: count,
  status: count % 2 === 1 ? 'open' : 'retracted',
  firstOffset,
});

/** The suite that the store passes on every database. `open` answers a migrated, empty store each time. */
export function describeStore(name: string, open: () => Promise<Store>): void {
  describe(`${name} keeps the contract of a store`, () => {
    let store: Store;
    const opened: Store[] = [];
    beforeEach(async () => {
      store = await open();
      opened.push(store);
    }, 60_000);
    afterAll(async () => {
      for (const one of opened) await one.close();
    });

    it('adopts the rules of a log around one that was put before, which stays and is told in the next epoch', async () => {
      await store.putRule(rule('b', { enabled: false }), 1);
      const published = (id: string) => ({ id, name: id, version: 4, expression: 'span.is_root', severity: 'LOW' });
      await store.adoptRules([published('a'), published('b')], 7, 2);
      expect((await store.rules()).map(({ id, version, enabled }) => [id, version, enabled])).toEqual([
        ['a', 4, true],
        ['b', 1, false],
      ]);
      expect(await records()).toEqual([{ epoch: 8, snapshot: [expect.objectContaining({ id: 'a', version: 4 })] }]);
    });

    const records = async (): Promise<RuleSetRecord[]> =>
      (await store.unpublishedEpochs()).map(({ record }) => JSON.parse(record) as RuleSetRecord);
    const keep = (...violations: StoredViolation[]) => store.keep({ reader: 'api', partition: 0, position: 1, violations });

    it('takes any text, and answers it as it was', async () => {
      const text = fc.oneof(
        fc.string({ unit: 'binary' }).map((one) => one.toWellFormed()),
        fc.constantFrom(
          '',
          '\u0000',
          's\u0000x',
          '\u001a0',
          '\u001a\u0000',
          "'",
          '\\',
          '%',
          '__proto__',
          'x'.repeat(5_000),
          '😀'.repeat(2_000),
        ),
      );
      let count = 0;
      await fc.assert(
        fc.asyncProperty(text, text, async (one, another) => {
          const id = `any-${count++}`;
          const content = rule(id, { name: one, description: another, expression: one, message: another, tags: [one, another] });
          await store.putRule(content, 1);
          expect(await store.rule(id)).toMatchObject(content);
          await keep(
            violation(id, { service: one, spanId: another, traceId: one, ruleName: another, record: JSON.stringify({ id, one, another }) }),
          );
          expect(JSON.parse((await store.violation(id))!.record)).toEqual({ id, one, another });
          for (const filter of [{ service: one }, { spanId: another }, { traceId: one }]) {
            const { violations } = await store.violations(filter, { limit: 1_000 });
            expect(violations.map((found) => found.id)).toContain(id);
          }
          expect(await store.rule(one === '' ? 'none' : one)).toBeUndefined();
        }),
        { numRuns: 30 },
      );
    }, 60_000);

    it('is migrated any number of times', async () => {
      await store.putRule(rule('a'), 1);
      await Promise.all([store.migrate(), store.migrate()]);
      expect(await store.rules()).toHaveLength(1);
    });

    describe('rules', () => {
      it('are kept as they were put, with version and times', async () => {
        const content = rule('ä "quoted"', {
          description: 'line\nline',
          tags: ['pci', '😀'],
          message: 'm',
          enabled: false,
          severity: 'LOW',
        });
        const put = await store.putRule(content, 1_700_000_000_123);
        expect(put).toEqual({ ...content, version: 1, createdAt: 1_700_000_000_123, updatedAt: 1_700_000_000_123 });
        expect(await store.rule(content.id)).toEqual(put);
        expect(await store.rule('other')).toBeUndefined();
      });

      it('are listed in the order of their ids', async () => {
        for (const id of ['b', 'B', 'a-1', 'a1', 'a']) await store.putRule(rule(id), 1);
        expect((await store.rules()).map(({ id }) => id)).toEqual(['B', 'a', 'a-1', 'a1', 'b']);
      });

      it('count their versions, and keep what they were', async () => {
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

      it('keep who made each version, and answer their history page by page', async () => {
        for (const [n, by] of ['ann', undefined, 'bob', 'ann'].entries())
          await store.putRule(rule('a', { name: `${n}` }), n, undefined, by);
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

      it('stay as they are when nothing changes', async () => {
        const first = await store.putRule(rule('a', { tags: ['x'] }), 10);
        expect(await store.putRule(rule('a', { tags: ['x'] }), 20)).toEqual(first);
        expect(await store.latestEpoch()).toBe(1);
      });

      it('are refused when the version is another', async () => {
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

      it('are deleted in the version that was expected, and in no other', async () => {
        await store.putRule(rule('a'), 1);
        await store.putRule(rule('a', { name: 'x' }), 2);
        const epoch = await store.latestEpoch();
        await expect(store.deleteRule('a', 3, 1)).rejects.toMatchObject({ code: 'BT_STORE_CONFLICT', values: { found: 2, expected: 1 } });
        expect([(await store.rule('a'))?.version, await store.latestEpoch()]).toEqual([2, epoch]);
        expect(await store.deleteRule('a', 4, 2, 'ann')).toBe(true);
        expect(await store.deleteRule('a', 5, 2)).toBe(false);
        expect((await store.ruleVersions('a')).map(({ changedBy }) => changedBy)).toEqual(['ann', undefined, undefined]);
      });
    });

    it('imports rules together: one epoch for all, none when nothing changed, and nothing at all when a version differs', async () => {
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

    describe('epochs', () => {
      it('are made when the published rule set changes, and only then', async () => {
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
        expect(await store.unpublishedEpochs()).toEqual([{ epoch: 3, record: expect.any(String), published: false }]);
      });

      it('have no gaps and no forks when many change rules at once', async () => {
        await Promise.all(Array.from({ length: 20 }, (_, i) => store.putRule(rule(`r${i}`), i)));
        expect((await records()).map(({ epoch }) => epoch)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
      });

      it('are made anew above those of a log that has other rules', async () => {
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

      it('that were lost get the rules as they are, and those that the store has stay', async () => {
        await store.putRule(rule('a'), 1);
        await store.epochPublished(1);
        await store.snapshotAfter(6);
        await store.epochPublished(7);
        await store.putRule(rule('b'), 2);
        await store.replaceEpochs([6, 1, 4, 5, 7, 2]);
        expect((await store.unpublishedEpochs()).map(({ epoch }) => epoch)).toEqual([2, 4, 5, 6, 8]);
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

      it('answer the whole rule set of any of them', async () => {
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
    });

    it('an import of many rules lets others have their turn', async () => {
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

    it('thousands of rules that come one by one cost what they are, not what all of them are each time', async () => {
      const count = 1_000;
      for (let i = 0; i < count; i++) await store.putRule(rule(`r${i}`), i);
      const sizes = (await store.unpublishedEpochs()).map(({ record }) => JSON.parse(record) as RuleSetRecord);
      const rules = sizes.reduce((sum, { changes = [], snapshot = [] }) => sum + changes.length + snapshot.length, 0);
      expect(rules).toBeLessThan(4 * count);
      expect(JSON.parse((await store.ruleSet(count)) ?? 'null').snapshot).toHaveLength(count);
      for (const epoch of [1, 50, 51, 52, 333, 999])
        expect(JSON.parse((await store.ruleSet(epoch)) ?? 'null').snapshot).toHaveLength(epoch);
      // A late reader has no more changes to apply than the set has rules.
      const lastWhole = sizes.findLastIndex(({ snapshot }) => snapshot !== undefined);
      expect(count - lastWhole).toBeLessThanOrEqual(count / 2 + 1);
    });

    describe('violations', () => {
      it('are kept with the position after them', async () => {
        const kept = violation('v1');
        await store.keep({ reader: 'api', partition: 3, position: 17, violations: [kept] });
        expect(await store.violation('v1')).toEqual(kept);
        expect(await store.violation('v2')).toBeUndefined();
        expect(await store.position('api', 3)).toBe(17);
        expect(await store.position('api', 2)).toBe(0);
        expect(await store.position('other', 3)).toBe(0);
      });

      it('are replaced by higher revisions only, in whatever order they come', async () => {
        await keep(violation('v', { revision: 2, status: 'retracted' }), violation('v'), violation('w', { revision: 1 }));
        await keep(violation('v', { revision: 1 }), violation('w', { revision: 3, severity: 'LOW' }));
        await keep(violation('w', { revision: 3, severity: 'CRITICAL' }));
        expect(await store.violation('v')).toMatchObject({ revision: 2, status: 'retracted' });
        expect(await store.violation('w')).toMatchObject({ revision: 3, severity: 'LOW' });
        expect((await store.violations({}, { limit: 10 })).total).toBe(2);
      });

      it('advance the position also when there are none', async () => {
        await store.keep({ reader: 'api', partition: 0, position: 5_000_000_000, violations: [] });
        expect(await store.position('api', 0)).toBe(5_000_000_000);
      });

      it('are kept in large batches', async () => {
        await keep(...Array.from({ length: 1_234 }, (_, i) => violation(`v${i}`)));
        expect((await store.violations({}, { limit: 1 })).total).toBe(1_234);
      });

      it.each<[string, ViolationFilter, string[]]>([
        ['nothing', {}, ['d', 'c', 'b', 'a']],
        ['rule', { ruleId: 'other' }, ['b']],
        ['one severity', { severity: ['LOW'] }, ['c']],
        ['severities', { severity: ['LOW', 'CRITICAL'] }, ['d', 'c']],
        ['no severity at all', { severity: [] }, []],
        ['trace id as the producer wrote it', { traceId: 'test-trace-001' }, ['b']],
        ['trace id on the wire', { traceId: 'feedfeedfeedfeedfeedfeedfeedfeed' }, ['b']],
        ['span', { spanId: 'aaaaaaaaaaaaaaaa' }, ['c']],
        ['service', { service: 'payments' }, ['a']],
        ['status', { status: 'retracted' }, ['d']],
        ['status of what could not be judged', { status: 'undecided' }, ['a']],
        ['start, included', { startTime: 2_000 }, ['d', 'c', 'b']],
        ['end, excluded', { endTime: 3_000 }, ['b', 'a']],
        ['several', { startTime: 2_000, endTime: 4_000, severity: ['HIGH', 'LOW'], status: 'open' }, ['c', 'b']],
        ["text that is SQL: ' or 1=1", { service: "' or 1=1 --" }, []],
        ['text of the message, in any case', { text: 'FRAUD Check' }, ['c']],
        ['text of a name beyond ASCII', { text: 'ÜBERWEISUNG ΣΑ' }, ['d']],
        ['part of an id', { text: 'feedfeed' }, ['b']],
        ['part of a service', { text: 'payment' }, ['a']],
        ['text that is a pattern', { text: 'a%c' }, []],
        ['text that is another pattern', { text: '_' }, []],
        ['text with what escapes patterns', { text: '100%! sure' }, ['c']],
        ['text and more', { text: 'e', severity: ['LOW'], endTime: 3_500 }, ['c']],
        ['text that is nowhere', { text: 'x'.repeat(200) }, []],
      ])('are filtered by %s', async (_, filter, ids) => {
        await keep(
          violation('a', { timestampMs: 1_000, service: 'payments', status: 'undecided' }),
          violation('b', {
            timestampMs: 2_000,
            ruleId: 'other',
            traceId: 'test-trace-001',
            wireTraceId: 'feedfeedfeedfeedfeedfeedfeedfeed',
          }),
          violation('c', { timestampMs: 3_000, severity: 'LOW', spanId: 'aaaaaaaaaaaaaaaa', text: 'No fraud check, 100%! sure\u0000' }),
          violation('d', { timestampMs: 4_000, severity: 'CRITICAL', status: 'retracted', ruleName: 'Überweisung ΣΑΣ' }),
        );
        const page = await store.violations(filter, { limit: 10 });
        expect(page.violations.map(({ id }) => id)).toEqual(ids);
        expect(page.total).toBe(ids.length);
        expect(page.next).toBeUndefined();
      });

      it('are read page by page, each once, newest first, while new ones come', async () => {
        const place = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.uuid());
        await fc.assert(
          fc.asyncProperty(
            fc.uniqueArray(place, { selector: ([, id]) => id, minLength: 1, maxLength: 30 }),
            fc.integer({ min: 1, max: 7 }),
            async (places, limit) => {
              await store.prune(Number.MAX_SAFE_INTEGER);
              await keep(...places.map(([timestampMs, id]) => violation(id, { timestampMs })));
              const seen: StoredViolation[] = [];
              let after: string | undefined;
              do {
                const page = await store.violations({}, after === undefined ? { limit } : { limit, after });
                seen.push(...page.violations);
                after = page.next;
                await keep(violation(`new ${seen.length}`, { timestampMs: 9_999 }));
              } while (after !== undefined);
              expect(seen.map(({ id }) => id).toSorted()).toEqual(places.map(([, id]) => id).toSorted());
              expect(seen.map(({ timestampMs }) => timestampMs)).toEqual(
                places.map(([timestampMs]) => timestampMs).toSorted((a, b) => b - a),
              );
            },
          ),
          { numRuns: 20 },
        );
      });

      it('refuse a cursor of somebody else', async () => {
        for (const after of ['nonsense', '', Buffer.from('["x",1]').toString('base64url')]) {
          await expect(store.violations({}, { limit: 1, after })).rejects.toMatchObject({ code: 'BT_STORE_BAD_CURSOR', status: 400 });
        }
      });

      it('are counted over time and in groups, as if one counted them one by one', async () => {
        const START = 1_790_000_000_000;
        const one = fc.record({
          at: fc.integer({ min: -2, max: 12 }),
          service: fc.constantFrom('a', 'b', 'c', 'd', 'ü', ''),
          severity: fc.constantFrom('HIGH', 'LOW'),
          status: fc.constantFrom('open' as const, 'retracted' as const),
        });
        await fc.assert(
          fc.asyncProperty(
            fc.array(one, { maxLength: 40 }),
            fc.integer({ min: 1, max: 4 }),
            fc.integer({ min: 1, max: 4 }),
            fc.integer({ min: 1, max: 7 }),
            fc.constantFrom(undefined, 'service' as const, 'severity' as const, 'status' as const),
            async (all, step, buckets, groups, groupBy) => {
              await store.prune(Number.MAX_SAFE_INTEGER);
              await keep(...all.map(({ at, ...rest }, i) => violation(`v${i}`, { ...rest, timestampMs: START + at })));
              const counts = await store.violationCounts({ status: 'open' }, { start: START, step, buckets, groupBy, groups });
              const inside = all.filter(({ at, status }) => status === 'open' && at >= 0 && at < step * buckets);
              const keyOf = (item: (typeof all)[number]) => (groupBy === undefined ? '' : item[groupBy]);
              const over = (items: typeof all) =>
                Array.from({ length: buckets }, (_, n) => items.filter(({ at }) => Math.floor(at / step) === n).length);
              const keys = [...new Set(inside.map(keyOf))];
              const totalOf = (key: string) => inside.filter((item) => keyOf(item) === key).length;
              expect([counts.total, counts.counts, counts.allGroups]).toEqual([inside.length, over(inside), keys.length]);
              expect(counts.groups.map(({ total }) => total)).toEqual(
                keys
                  .map(totalOf)
                  .sort((a, b) => b - a)
                  .slice(0, groups),
              );
              for (const { key, ...group } of counts.groups) {
                expect(group).toEqual({ total: totalOf(key), counts: over(inside.filter((item) => keyOf(item) === key)) });
              }
              const named = new Set(counts.groups.map(({ key }) => key));
              expect(named.size).toBe(counts.groups.length);
              expect(counts.others).toEqual(over(inside.filter((item) => !named.has(keyOf(item)))));
            },
          ),
          { numRuns: 40 },
        );
      }, 60_000);

      it('are counted by rule with the name that the rule has now', async () => {
        await keep(
          violation('a', { timestampMs: 10, ruleName: 'Old name' }),
          violation('b', { timestampMs: 20, ruleName: 'New name' }),
          violation('c', { timestampMs: 11, ruleId: 'other', ruleName: 'Other' }),
        );
        const { groups } = await store.violationCounts({}, { start: 0, step: 15, buckets: 1, groupBy: 'ruleId', groups: 5 });
        expect(groups).toEqual([
          { key: 'other', total: 1, counts: [1], ruleName: 'Other' },
          { key: 'slow', total: 1, counts: [1], ruleName: 'New name' },
        ]);
      });

      it('have all their revisions kept as they were signed, also those of before, until they are pruned', async () => {
        const of = (count: number, changed: Partial<StoredViolation> = {}) =>
          violation('v', { ...revision('v', count), record: JSON.stringify({ count, '€': '"\\ 😀' }), ...changed });
        const records = async () => (await store.violationRevisions('v')).map(({ record, stands }) => [JSON.parse(record).count, stands]);
        expect(await records()).toEqual([]);
        await keep(of(1));
        expect(await records()).toEqual([[1, true]]);
        await keep(of(2), of(3));
        await keep(of(1), violation('w'));
        expect(await records()).toEqual([
          [1, false],
          [2, false],
          [3, true],
        ]);
        expect((await store.violationRevisions('v'))[0]?.record).toBe(of(1).record);
        expect(await store.violationRevisions('w')).toHaveLength(1);
        await store.prune(Number.MAX_SAFE_INTEGER);
        expect(await records()).toEqual([]);
        await keep(of(2));
        expect(await records()).toEqual([[2, true]]);
      });

      it('are read on in the order in which they were kept, whatever their times, each revision that stands', async () => {
        const { origin, last } = await store.violationSequence();
        expect([origin, last]).toEqual([expect.stringMatching(/^[0-9a-f]{8}$/), 0]);
        const since = async (after: number, limit = 100, filter: ViolationFilter = {}) => {
          const found = await store.violationsSince(filter, { after, until: (await store.violationSequence()).last, limit });
          return [found.violations.map(({ record }) => (JSON.parse(record) as { id: string }).id).join(''), found.until];
        };
        const status = 'retracted' as const;
        await keep(
          violation('a', { timestampMs: 9 }),
          violation('b', { timestampMs: 5, severity: 'LOW' }),
          violation('c', { timestampMs: 7 }),
        );
        expect([await since(0), await since(0, 2), await since(2), await since(3)]).toEqual([
          ['abc', 3],
          ['ab', 2],
          ['c', 3],
          ['', 3],
        ]);
        await keep(
          violation('b', { revision: 2, status, timestampMs: 6 }),
          violation('d', { timestampMs: 1 }),
          violation('a', { timestampMs: 10 }),
        );
        // The second `a` supersedes nothing.
        expect([await since(3), await since(0), await since(3, 9, { status })]).toEqual([
          ['bd', 6],
          ['acbd', 6],
          ['b', 6],
        ]);
        await store.prune(Number.MAX_SAFE_INTEGER);
        await keep(violation('e'));
        expect(await since(6)).toEqual(['e', 7]);
        expect(await store.violationSequence()).toEqual({ origin, last: 7 });
      });

      it('can be read by their numbers in no other order, though several keep them at once', async () => {
        const kept = Promise.all(
          Array.from({ length: 8 }, (_, n) =>
            store.keep({
              reader: 'api',
              partition: n,
              position: 1,
              violations: Array.from({ length: 40 }, (_, i) => violation(`${n}-${i}`)),
            }),
          ),
        );
        const seen: string[] = [];
        let after = 0;
        const read = async () => {
          const found = await store.violationsSince({}, { after, until: (await store.violationSequence()).last, limit: 1_000 });
          seen.push(...found.violations.map(({ record }) => record));
          after = found.until;
        };
        let done = false;
        void kept.finally(() => (done = true));
        while (!done) {
          await read();
          await new Promise((resolve) => setImmediate(resolve));
        }
        await kept;
        await read();
        expect([seen.length, new Set(seen).size, after]).toEqual([320, 320, 320]);
      });

      it('of several partitions are kept together: all of it, or nothing', async () => {
        const batch = (partition: number, position: number, ...violations: StoredViolation[]) => ({
          reader: 'api',
          partition,
          position,
          violations,
        });
        await store.keep(
          batch(0, 5, violation('a'), violation('r', { revision: 1 })),
          batch(1, 7),
          batch(2, 9, violation('b'), violation('r', { revision: 2 }), violation('b')),
        );
        expect(await Promise.all([0, 1, 2].map((partition) => store.position('api', partition)))).toEqual([5, 7, 9]);
        expect((await store.violations({}, { limit: 9 })).total).toBe(3);
        expect((await store.violationRevisions('r')).map(({ revision: number, stands }) => [number, stands])).toEqual([
          [1, false],
          [2, true],
        ]);
        const refused = { ...violation('c'), timestampMs: Number.NaN };
        await expect(store.keep(batch(0, 6, violation('d')), batch(1, 8, refused))).rejects.toThrow();
        expect(await Promise.all([0, 1].map((partition) => store.position('api', partition)))).toEqual([5, 7]);
        expect(await store.violation('d')).toBeUndefined();
        const more = Array.from({ length: 1_300 }, (_, n) => violation(`many ${n}`));
        await store.keep(batch(0, 700, ...more.slice(0, 650)), batch(1, 700, ...more.slice(650)));
        expect((await store.violations({}, { limit: 1 })).total).toBe(1_303);
      });

      it('are pruned by age, with what is known of their export', async () => {
        await keep(...Array.from({ length: 2_500 }, (_, i) => violation(`v${i}`, { timestampMs: i })));
        await store.exported('export', new Map([[0, 9]]), [revision('v1', 1), revision('v2400', 1)]);
        expect(await store.prune(2_400)).toBe(2_400);
        expect((await store.violations({}, { limit: 1 })).total).toBe(100);
        const both = [revision('v1', 1), revision('v2400', 1)];
        expect([...(await store.alreadyExported(both))]).toEqual(['v2400']);
      });
    });

    describeGroups(() => store);

    describe('exports', () => {
      it('are done by revision, and advance the reader', async () => {
        await store.exported('tempo', new Map([[1, 8]]), [revision('a', 2), revision('b', 1)]);
        await store.exported(
          'tempo',
          new Map([
            [1, 9],
            [2, 3],
          ]),
          [revision('a', 1), revision('c', 1), revision('c', 2)],
        );
        const done = await store.alreadyExported([revision('a', 2), revision('b', 2), revision('c', 2), revision('d', 1)]);
        expect([...done]).toEqual(['a', 'c']);
        expect(await store.position('tempo', 2)).toBe(3);
        expect(await store.position('tempo', 1)).toBe(9);
        expect(await store.alreadyExported([])).toEqual(new Set());
      });
    });

    describe('exports that the receiver refuses for good', () => {
      const refused = async () => (await store.violation('v'))?.exportRefused;

      it('are done, and say why until another revision is exported', async () => {
        await keep(violation('v'), violation('w'));
        await store.exportRefused(revision('v', 1), 'http_413');
        expect(await refused()).toBe('http_413');
        expect([...(await store.alreadyExported([revision('v', 1), revision('v', 2), revision('w', 1)].slice(0, 1)))]).toEqual(['v']);
        const { violations } = await store.violations({}, { limit: 10 });
        expect(violations.map(({ id, exportRefused }) => [id, exportRefused]).sort()).toEqual([
          ['v', 'http_413'],
          ['w', undefined],
        ]);
        await keep(violation('v', { revision: 2 }));
        expect(await refused()).toBeUndefined();
        await store.exported('export', new Map([[0, 1]]), [revision('v', 2)]);
        expect(await refused()).toBeUndefined();
      });

      it('are not undone by an export of the same revision that is read again', async () => {
        await keep(violation('v'));
        await store.exportRefused(revision('v', 1), 'http_400');
        await store.exported('export', new Map([[0, 1]]), [revision('v', 1)]);
        expect(await refused()).toBe('http_400');
      });
    });

    describe('violations of a trace that was judged in fragments', () => {
      const of = (firstOffset: number, count: number) =>
        violation('v', { ...revision('v', count, firstOffset), record: JSON.stringify(`${firstOffset}@${count}`) });
      const kept = async () => JSON.parse((await store.violation('v'))?.record ?? 'null');

      it('stand as long as one fragment says so: a later one hides none that is open, and takes over from one that is retracted', async () => {
        await keep(of(10, 1), of(500, 1), of(500, 2));
        expect(await kept()).toBe('10@1');
        await keep(of(10, 2), of(500, 1));
        expect(await kept()).toBe('500@1');
      });

      it('are shown as violated rather than as undecided, and as undecided rather than as retracted', async () => {
        await keep(of(10, 1), of(10, 2), { ...of(500, 1), status: 'undecided' });
        expect(await kept()).toBe('500@1');
        await keep({ ...of(600, 1), status: 'undecided' });
        expect(await kept()).toBe('500@1');
        await keep(of(700, 1), { ...of(800, 1), status: 'undecided' });
        expect(await kept()).toBe('700@1');
      });

      it('are the same however parts of the log are read again', async () => {
        const history = fc
          .array(fc.array(fc.constantFrom('open', 'retracted', 'undecided'), { minLength: 1, maxLength: 4 }), {
            minLength: 1,
            maxLength: 3,
          })
          .map((fragments) => fragments.flatMap((statuses, n) => statuses.map((status, i) => ({ ...of(10 * (n + 1), i + 1), status }))));
        const rereads = fc.array(fc.tuple(fc.nat(12), fc.nat(12)), { maxLength: 6 });
        await fc.assert(
          fc.asyncProperty(history, rereads, fc.integer({ min: 1, max: 5 }), async (revisions, again, size) => {
            await store.prune(Number.MAX_SAFE_INTEGER);
            let expected = revisions[0]!;
            for (const next of revisions) if (supersedes(next, expected)) expected = next;
            // Each is read first in order; what was read may be read again at any time, from anywhere.
            const read = revisions.flatMap((next, i) => [
              next,
              ...again.filter(([after]) => after === i).flatMap(([, from]) => revisions.slice(Math.min(from, i), i + 1)),
            ]);
            for (let i = 0; i < read.length; i += size) await keep(...read.slice(i, i + size));
            expect(await kept()).toBe(JSON.parse(expected.record));
            // And none of its revisions is out of reach.
            const all = await store.violationRevisions('v');
            expect(all.map(({ record, status }) => [record, status])).toEqual(revisions.map(({ record, status }) => [record, status]));
            expect(all.filter(({ stands }) => stands).map(({ record }) => record)).toEqual([expected.record]);
          }),
          { numRuns: 60 },
        );
      });

      it('are exported when they are open again in a later one, once', async () => {
        await store.exported('tempo', new Map([[0, 1]]), [revision('v', 1, 10)]);
        expect([...(await store.alreadyExported([revision('v', 1, 500)]))]).toEqual(['v']);
        await store.exported('tempo', new Map([[0, 2]]), [revision('v', 2, 10)]);
        expect([...(await store.alreadyExported([revision('v', 1, 500)]))]).toEqual([]);
        await store.exported('tempo', new Map([[0, 3]]), [revision('v', 1, 500)]);
        for (const past of [revision('v', 1, 10), revision('v', 2, 10), revision('v', 1, 500)]) {
          expect([...(await store.alreadyExported([past]))]).toEqual(['v']);
        }
      });
    });

    it('is checked', async () => {
      await expect(store.check()).resolves.toBeUndefined();
    });
  });
}
