import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Store } from '../store.js';
import { revision } from '../testing/revision.js';
import { violation } from '../testing/violation.js';
import type { ViolationFilter } from './list/violation-query.js';
import type { StoredViolation } from './stored-violation.js';

/** The order in which revisions of violations are read; part of the contract of a store. */
export function describeViolationSequence(open: () => Store): void {
  let store: Store;
  beforeEach(() => {
    store = open();
  });
  const keep = (...violations: StoredViolation[]) => store.keep({ reader: 'api', partition: 0, position: 1, violations });

  describe('violations', () => {
    it('keep all signed revisions, also former ones, until they are pruned', async () => {
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

    it('are read in the order of storing, whatever their times, by the revision that stands', async () => {
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

    it('are scanned a thousand at a time, so that a filter without matches does not block others', async () => {
      await keep(...Array.from({ length: 1_001 }, (_, i) => violation(`v${i}`)), violation('last', { service: 'rare' }));
      const { last: until } = await store.violationSequence();
      const rare = (after: number) => store.violationsSince({ service: 'rare' }, { after, until, limit: 10 });
      expect(await rare(0)).toEqual({ violations: [], until: 1_000 });
      expect(await rare(1_000)).toMatchObject({ violations: [{ sequence: 1_002 }], until: 1_002 });
    });

    it('become readable in the order of their numbers, under concurrent writes', async () => {
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
  });
}
