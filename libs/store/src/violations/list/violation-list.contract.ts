import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Store } from '../../store.js';
import { listFilters } from '../../testing/list-filters.js';
import { violation } from '../../testing/violation.js';
import type { StoredViolation } from '../stored-violation.js';
import type { ViolationFilter } from './violation-query.js';

/** Lists of violations, page by page; part of the contract of a store. */
export function describeViolationList(open: () => Store): void {
  let store: Store;
  beforeEach(() => {
    store = open();
  });
  const keep = (...violations: StoredViolation[]) => store.keep({ reader: 'api', partition: 0, position: 1, violations });

  describe('violations', () => {
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
      ['undecided status', { status: 'undecided' }, ['a']],
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
      ['text with the escape character of patterns', { text: '100%! sure' }, ['c']],
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

    it('match every combination of filters, page by page, and are counted', async () => {
      const all = Array.from({ length: 200 }, (_, i) =>
        violation(`v${(i * 7) % 200}`, {
          ruleId: i % 2 === 0 ? 'rule-7' : 'rule-1',
          service: i % 3 === 0 ? 'service-3' : 'other',
          // MINOR is a severity of former versions.
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

    it('are searched completely for a text, page by page, even for few matches', async () => {
      const rare = (i: number) => i % 1_100 === 7;
      const all = Array.from({ length: 4_500 }, (_, i) =>
        violation(`v${String((i * 7) % 4_500).padStart(4, '0')}`, {
          // A block of a thousand ends among violations of one time.
          timestampMs: 1_790_000_000_000 + Math.floor(i / 300) * 1_000,
          severity: i % 2 === 0 ? 'LOW' : 'HIGH',
          status: i % 3 === 0 ? 'retracted' : 'open',
          text: rare(i) ? 'a needle' : 'hay',
        }),
      );
      await keep(...all);
      const newestFirst = all.toSorted((a, b) => b.timestampMs - a.timestampMs || (a.id < b.id ? 1 : -1));
      for (const [filter, limit] of [
        [{ text: 'NEEDLE' }, 2],
        [{ text: 'needle', status: 'open' }, 10],
        [{ text: 'needle', severity: ['LOW', 'HIGH'], startTime: 1_790_000_002_000 }, 1],
        [{ text: 'hay', severity: ['LOW'] }, 1_000],
        [{ text: 'nowhere' }, 10],
      ] as const satisfies readonly [ViolationFilter, number][]) {
        const expected = newestFirst
          .filter((one) => matches(one, filter) && one.text?.includes(filter.text.toLowerCase()))
          .map(({ id }) => id);
        const found: string[] = [];
        let after: string | undefined;
        do {
          const page = await store.violations(filter, { limit, ...(after === undefined ? {} : { after }) });
          expect(page.violations.length).toBeLessThanOrEqual(limit);
          const isWhole = after === undefined && page.next === undefined;
          expect([page.total, page.totalIs]).toEqual([page.violations.length, isWhole ? undefined : 'at_least']);
          found.push(...page.violations.map(({ id }) => id));
          after = page.next;
        } while (after !== undefined);
        expect([filter, found]).toEqual([filter, expected]);
        expect(await store.violations(filter, { limit, countAll: true })).toMatchObject({ total: expected.length });
      }
    });

    it('are paged once each, newest first, while new ones come', async () => {
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

    it('refuse an invalid cursor', async () => {
      for (const after of ['nonsense', '', Buffer.from('["x",1]').toString('base64url')]) {
        await expect(store.violations({}, { limit: 1, after })).rejects.toMatchObject({ code: 'BT_STORE_BAD_CURSOR', status: 400 });
      }
    });
  });
}

/** The meaning of a filter, written independently. */
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
