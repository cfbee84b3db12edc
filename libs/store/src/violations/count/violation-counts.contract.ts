import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Store } from '../../store.js';
import { violation } from '../../testing/violation.js';
import type { StoredViolation } from '../stored-violation.js';

/** Counts of violations; part of the contract of a store. */
export function describeViolationCounts(open: () => Store): void {
  let store: Store;
  beforeEach(() => {
    store = open();
  });
  const keep = (...violations: StoredViolation[]) => store.keep({ reader: 'api', partition: 0, position: 1, violations });

  describe('violations', () => {
    it('are counted over time and in groups, equal to a plain count', async () => {
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

    it('select those of many traces that violate a rule', async () => {
      const hex = (n: number) => n.toString(16).padStart(32, '0');
      const of = (n: number, changed: Partial<StoredViolation> = {}) =>
        violation(`v${n}`, { traceId: hex(n), wireTraceId: hex(n), ...changed });
      await keep(
        of(1),
        of(2, { traceId: 'order-2' }),
        of(3, { status: 'undecided' }),
        of(4, { status: 'retracted' }),
        of(5, { ruleId: 'other' }),
        // A trace id that looks like the wire id of another trace.
        of(6, { traceId: hex(7) }),
      );
      const ids = Array.from({ length: 1_200 }, (_, n) => hex(n));
      const found = await store.violatingTraces('slow', ids);
      expect([...found].sort()).toEqual([1, 2, 3, 6].map(hex));
      expect(await store.violatingTraces('slow', [])).toEqual(new Set());
      expect([...(await store.violatingTraces('other', [hex(1), hex(5)]))]).toEqual([hex(5)]);
    });

    it('are counted by rule with its current name', async () => {
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
  });
}
