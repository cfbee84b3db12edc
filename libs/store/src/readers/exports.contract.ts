import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { supersedes } from '../revision.js';
import { type Store } from '../store.js';
import { revision } from '../testing/revision.js';
import { violation } from '../testing/violation.js';
import type { StoredViolation } from '../violations/stored-violation.js';

/** The state of exports and the last exported revision; part of the contract of a store. */
export function describeExports(open: () => Store): void {
  let store: Store;
  beforeEach(() => {
    store = open();
  });
  const keep = (...violations: StoredViolation[]) => store.keep({ reader: 'api', partition: 0, position: 1, violations });

  describe('exports', () => {
    it('are recorded by revision, and advance the reader', async () => {
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

  describe('notifications', () => {
    it('are recorded by receiver and revision, advance the receiver, and are deleted with the violation', async () => {
      await keep(violation('a', { timestampMs: 1 }), violation('b', { timestampMs: 1_000 }));
      await store.notified('one', new Map([[0, 8]]), [revision('a', 1), revision('a', 2), revision('b', 1)]);
      await store.notified('two', new Map([[0, 3]]), [revision('a', 1)]);
      await store.notified('one', new Map([[1, 5]]), [revision('a', 1)]);
      const asked = [revision('a', 2), revision('b', 2), revision('c', 1)];
      expect([...(await store.alreadyNotified('one', asked))]).toEqual(['a']);
      expect([...(await store.alreadyNotified('two', asked))]).toEqual([]);
      expect([...(await store.alreadyNotified('three', asked))]).toEqual([]);
      expect(await store.alreadyNotified('one', [])).toEqual(new Set());
      expect(await Promise.all([store.position('one', 0), store.position('one', 1), store.position('two', 0)])).toEqual([8, 5, 3]);
      expect([...(await store.alreadyExported(asked))]).toEqual([]);
      expect(await store.prune(500)).toBe(1);
      expect([...(await store.alreadyNotified('one', [revision('a', 1), revision('b', 1)]))]).toEqual(['b']);
      await store.check();
    });
  });

  describe('exports that the receiver refuses permanently', () => {
    const refused = async () => (await store.violation('v'))?.exportRefused;

    it('are done, and show the reason until another revision is exported', async () => {
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

    it('stay refused when the same revision is read and exported again', async () => {
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

    it('stand while one fragment stands: a later fragment hides no open one, and replaces a retracted one', async () => {
      await keep(of(10, 1), of(500, 1), of(500, 2));
      expect(await kept()).toBe('10@1');
      await keep(of(10, 2), of(500, 1));
      expect(await kept()).toBe('500@1');
    });

    it('are shown as violated rather than undecided, and as undecided rather than retracted', async () => {
      await keep(of(10, 1), of(10, 2), { ...of(500, 1), status: 'undecided' });
      expect(await kept()).toBe('500@1');
      await keep({ ...of(600, 1), status: 'undecided' });
      expect(await kept()).toBe('500@1');
      await keep(of(700, 1), { ...of(800, 1), status: 'undecided' });
      expect(await kept()).toBe('700@1');
    });

    it('are the same after any part of the log is read again', async () => {
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
          // Every revision is first read in order; any part may be read again at any time.
          const read = revisions.flatMap((next, i) => [
            next,
            ...again.filter(([after]) => after === i).flatMap(([, from]) => revisions.slice(Math.min(from, i), i + 1)),
          ]);
          for (let i = 0; i < read.length; i += size) await keep(...read.slice(i, i + size));
          expect(await kept()).toBe(JSON.parse(expected.record));
          // All revisions can be read.
          const all = await store.violationRevisions('v');
          expect(all.map(({ record, status }) => [record, status])).toEqual(revisions.map(({ record, status }) => [record, status]));
          expect(all.filter(({ stands }) => stands).map(({ record }) => record)).toEqual([expected.record]);
        }),
        { numRuns: 60 },
      );
    });

    it('are exported once when a later fragment opens them again', async () => {
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
}
