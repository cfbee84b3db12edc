import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describeCompliance } from './compliance/compliance.contract.js';
import { describeExports } from './readers/exports.contract.js';
import { describeEpochs } from './rules/epochs.contract.js';
import { describeRules } from './rules/rules.contract.js';
import { type Store } from './store.js';
import { listFilters } from './testing/list-filters.js';
import { revision } from './testing/revision.js';
import { rule } from './testing/rule.js';
import { violation } from './testing/violation.js';
import { describeGroups } from './violation-groups/violation-groups.contract.js';
import type { StoredViolation } from './violations/stored-violation.js';
import type { ViolationFilter } from './violations/violation-query.js';

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

    describeRules(() => store);
    describeCompliance(() => store);

    describeEpochs(() => store);

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

      it('are found by every combination of filters, page by page, and counted', async () => {
        const all = Array.from({ length: 200 }, (_, i) =>
          violation(`v${(i * 7) % 200}`, {
            ruleId: i % 2 === 0 ? 'rule-7' : 'rule-1',
            service: i % 3 === 0 ? 'service-3' : 'other',
            // The last one is none of today.
            severity: ['CRITICAL', 'HIGH', 'MINOR'][(i >> 1) % 3]!,
            status: (['open', 'open', 'undecided', 'retracted'] as const)[(i >> 2) % 4]!,
            traceId: i % 5 < 2 ? 'trace-77' : `trace-${i % 4}`,
            wireTraceId: i % 7 < 3 ? 'trace-77' : 'f'.repeat(32),
            spanId: i % 3 === 1 ? '28dd2c7955ce9264' : 'a'.repeat(16),
            timestampMs: 1_790_000_000_000 + Math.floor(i / 6) * 1_000,
          }),
        );
        await keep(...all);
        const newestFirst = all.toSorted((a, b) => b.timestampMs - a.timestampMs || (a.id < b.id ? 1 : -1));
        for (const { name, filter } of listFilters) {
          const expected = newestFirst.filter((one) => matches(one, filter)).map(({ id }) => id);
          const found: string[] = [];
          let after: string | undefined;
          do {
            const page = await store.violations(filter, { limit: 60, ...(after === undefined ? {} : { after }) });
            found.push(...page.violations.map(({ id }) => id));
            expect([name, page.total, page.totalIs]).toEqual([name, expected.length, undefined]);
            after = page.next;
          } while (after !== undefined);
          expect([name, found]).toEqual([name, expected]);
        }
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

      it('say of many traces which ones violate a rule', async () => {
        const hex = (n: number) => n.toString(16).padStart(32, '0');
        const of = (n: number, changed: Partial<StoredViolation> = {}) =>
          violation(`v${n}`, { traceId: hex(n), wireTraceId: hex(n), ...changed });
        await keep(
          of(1),
          of(2, { traceId: 'order-2' }),
          of(3, { status: 'undecided' }),
          of(4, { status: 'retracted' }),
          of(5, { ruleId: 'other' }),
          // A text that looks like another's id on the wire.
          of(6, { traceId: hex(7) }),
        );
        const ids = Array.from({ length: 1_200 }, (_, n) => hex(n));
        const found = await store.violatingTraces('slow', ids);
        expect([...found].sort()).toEqual([1, 2, 3, 6].map(hex));
        expect(await store.violatingTraces('slow', [])).toEqual(new Set());
        expect([...(await store.violatingTraces('other', [hex(1), hex(5)]))]).toEqual([hex(5)]);
      });

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

    describeExports(() => store);

    it('is checked', async () => {
      await expect(store.check()).resolves.toBeUndefined();
    });
  });
}

/** What a filter means. */
function matches(
  one: StoredViolation,
  { ruleId, severity, service, status, traceId, spanId, startTime, endTime }: ViolationFilter,
): boolean {
  return (
    (ruleId === undefined || one.ruleId === ruleId) &&
    (severity === undefined || severity.includes(one.severity)) &&
    (service === undefined || one.service === service) &&
    (status === undefined || one.status === status) &&
    (traceId === undefined || one.traceId === traceId || one.wireTraceId === traceId) &&
    (spanId === undefined || one.spanId === spanId) &&
    (startTime === undefined || one.timestampMs >= startTime) &&
    (endTime === undefined || one.timestampMs < endTime)
  );
}
