import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Store } from '../store.js';
import { revision } from '../testing/revision.js';
import { violation } from '../testing/violation.js';
import type { StoredViolation } from './stored-violation.js';

/** Storing and pruning violations; part of the contract of a store. */
export function describeKeptViolations(open: () => Store): void {
  let store: Store;
  beforeEach(() => {
    store = open();
  });
  const keep = (...violations: StoredViolation[]) => store.keep({ reader: 'api', partition: 0, position: 1, violations });

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

    it('are replaced only by higher revisions, in any order', async () => {
      await keep(violation('v', { revision: 2, status: 'retracted' }), violation('v'), violation('w', { revision: 1 }));
      await keep(violation('v', { revision: 1 }), violation('w', { revision: 3, severity: 'LOW' }));
      await keep(violation('w', { revision: 3, severity: 'CRITICAL' }));
      expect(await store.violation('v')).toMatchObject({ revision: 2, status: 'retracted' });
      expect(await store.violation('w')).toMatchObject({ revision: 3, severity: 'LOW' });
      expect((await store.violations({}, { limit: 10 })).total).toBe(2);
    });

    it('advance the position even without violations', async () => {
      await store.keep({ reader: 'api', partition: 0, position: 5_000_000_000, violations: [] });
      expect(await store.position('api', 0)).toBe(5_000_000_000);
    });

    it('are kept in large batches', async () => {
      await keep(...Array.from({ length: 1_234 }, (_, i) => violation(`v${i}`)));
      expect((await store.violations({}, { limit: 1 })).total).toBe(1_234);
    });

    it('of several partitions are stored together or not at all', async () => {
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

    it('are pruned by age, with the state of their export', async () => {
      await keep(...Array.from({ length: 2_500 }, (_, i) => violation(`v${i}`, { timestampMs: i })));
      await store.exported('export', new Map([[0, 9]]), [revision('v1', 1), revision('v2400', 1)]);
      expect(await store.prune(2_400)).toBe(2_400);
      expect((await store.violations({}, { limit: 1 })).total).toBe(100);
      const both = [revision('v1', 1), revision('v2400', 1)];
      expect([...(await store.alreadyExported(both))]).toEqual(['v2400']);
    });
  });
}
