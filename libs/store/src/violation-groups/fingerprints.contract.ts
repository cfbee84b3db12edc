import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Store } from '../store.js';
import { operation } from '../testing/operation.js';
import { violation } from '../testing/violation.js';
import type { StoredViolation } from '../violations/stored-violation.js';
import type { ViolationGroup } from './violation-group.js';

const START = 1_790_000_000_000;
const HOUR = 3_600_000;

/** Groups of violations with a fingerprint, given at once or later; part of the contract of a store. */
export function describeFingerprints(open: () => Store): void {
  describe('groups of violations by fingerprint', () => {
    let store: Store;
    beforeEach(() => {
      store = open();
    });

    const keep = (...violations: StoredViolation[]) => store.keep({ reader: 'api', partition: 0, position: 1, violations });
    const at = (hours: number, id: string, changed: Partial<StoredViolation> = {}) =>
      violation(id, { timestampMs: START + hours * HOUR, ...changed });
    const all = (now = START) => store.violationGroups({}, { limit: 100 }, now);

    it("hold one problem: a rule, a service and a fingerprint; a retraction stays in its violation's group", async () => {
      const undecided = { fingerprint: '1:u', operation: 'GET /a', errorKind: 'step_limit' };
      await keep(
        at(0, 'a', { fingerprint: operation('a') }),
        at(1, 'b', { fingerprint: operation('a') }),
        at(2, 'c', { fingerprint: operation('b') }),
        at(3, 'd', { fingerprint: undecided, status: 'undecided' }),
      );
      const told = async () =>
        (await all()).groups.map(({ operation, errorKind, counts }) => [
          operation,
          errorKind,
          counts.open,
          counts.undecided,
          counts.retracted,
        ]);
      expect(await told()).toEqual([
        ['GET /a', 'step_limit', 0, 1, 0],
        ['GET /b', '', 1, 0, 0],
        ['GET /a', '', 2, 0, 0],
      ]);
      // A retraction has no witness, so its fingerprint names another span.
      await keep(at(4, 'b', { fingerprint: operation('b'), service: 'cart', revision: 2, status: 'retracted' }));
      await keep(at(5, 'd', { fingerprint: operation('b'), revision: 2 }));
      expect(await told()).toEqual([
        ['GET /b', '', 2, 0, 0],
        ['GET /a', '', 1, 0, 1],
      ]);
      const found = await store.violationGroups({ text: 'get /A', status: 'open' }, { limit: 9 }, START);
      expect(found.groups.map(({ firstSeen, lastSeen, fingerprint }) => [firstSeen, lastSeen, fingerprint])).toEqual([
        [START, START, '1:a'],
      ]);
      const inTime = await store.violationGroups({ status: 'open', startTime: START + 4 * HOUR }, { limit: 9 }, START);
      expect(inTime.groups.map(({ operation, count }) => [operation, count])).toEqual([['GET /b', 1]]);
      const groupId = found.groups[0]!.id;
      const list = async (filter: object) => (await store.violations({ groupId, ...filter }, { limit: 9 })).violations.map(({ id }) => id);
      expect([await list({}), await list({ status: 'open' }), await list({ ruleId: 'other' }), await list({ service: 'shop' })]).toEqual([
        ['b', 'a'],
        ['a'],
        [],
        ['a'],
      ]);
      await store.prune(START + HOUR);
      expect((await store.violationGroup(groupId, START))?.counts).toEqual({ open: 0, undecided: 0, retracted: 1 });
    });

    it('are limited to a hundred per rule and service, and one for the rest: unrecognised ids do not make a group each', async () => {
      const names = Array.from({ length: 130 }, (_, i) => `n${i}`);
      await keep(...names.slice(0, 70).map((name, i) => at(0, `v${i}`, { fingerprint: operation(name) })));
      await keep(
        ...names.slice(60).map((name, i) => at(1, `w${i}`, { fingerprint: operation(name) })),
        at(1, 'x', { service: 'cart', fingerprint: operation('n') }),
      );
      await keep(...names.map((name, i) => at(2, `y${i}`, { fingerprint: operation(name) })));
      const { groups, total } = await store.violationGroups({ service: 'shop' }, { limit: 200 }, START);
      expect(total).toBe(101);
      expect(groups.filter(({ fingerprint }) => fingerprint === 'others').map(({ operation, count }) => [operation, count])).toEqual([
        ['', 60],
      ]);
      expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(70 + 70 + 130);
      expect((await store.violationGroups({ service: 'cart' }, { limit: 200 }, START)).groups.map(({ operation }) => operation)).toEqual([
        'GET /n',
      ]);
    });

    it('get older violations later, as if these had had fingerprints, and keep marks and notes', async () => {
      const kinds = ['a', 'b', 'c'];
      const kept = Array.from({ length: 40 }, (_, i) =>
        at(i * 3, `v${i}`, {
          service: i % 2 === 0 ? 'shop' : 'cart',
          status: i % 5 === 0 ? 'retracted' : 'open',
          record: JSON.stringify({ of: kinds[i % 3] }),
        }),
      );
      const later = at(200, 'late', { fingerprint: operation('a') });
      await keep(...kept.map((one) => ({ ...one, fingerprint: operation((JSON.parse(one.record) as { of: string }).of) })), later);
      const seen = (groups: readonly ViolationGroup[]) => groups.filter(({ counts }) => counts.open > 0);
      const wanted = seen((await all(START + 200 * HOUR)).groups);
      await store.prune(Number.MAX_SAFE_INTEGER);

      await keep(...kept);
      const { groups: former } = await all();
      expect(former.map(({ service, fingerprint }) => [service, fingerprint])).toEqual([
        ['cart', ''],
        ['shop', ''],
      ]);
      const cart = former[0]!.id;
      await store.addMark(cart, { kind: 'acknowledged', at: START + 999 * HOUR, by: 'ada', note: 'known' });
      await keep(later);
      const ids = async (filter: object) => (await store.violations(filter, { limit: 99 })).violations.map(({ id }) => id);
      expect(await ids({ groupId: cart, status: 'open' })).toEqual(await ids({ service: 'cart', status: 'open' }));
      expect(await ids({ groupId: cart, service: 'shop' })).toEqual([]);

      const of = (record: string) => operation((JSON.parse(record) as { of: string }).of);
      const counts: number[] = [];
      for (;;) {
        const count = await store.regroup(7, of);
        if (count === 0) break;
        counts.push(count);
        const shown = (await all()).groups;
        expect(shown.reduce((sum, { counts: { open } }) => sum + open, 0)).toBe(33);
      }
      expect(counts).toEqual([7, 7, 7, 7, 7, 5]);
      const { groups } = await all(START + 200 * HOUR);
      const asWanted = wanted.map((group) =>
        group.service === 'cart' ? { ...group, acknowledged: { at: START + 999 * HOUR, by: 'ada' }, state: 'ongoing' } : group,
      );
      expect(seen(groups)).toEqual(asWanted);
      expect(await ids({ groupId: cart })).toEqual([]);
      const heir = groups.find(({ service }) => service === 'cart')!;
      expect(await store.marks(heir.id, { limit: 9 })).toMatchObject([{ kind: 'acknowledged', note: 'known' }]);
      await store.prune(START + 150 * HOUR);
      expect((await all()).groups.map(({ fingerprint, count }) => [fingerprint, count])).toEqual([['1:a', 1]]);
    });

    it('do not look new when older violations, partly pruned, are grouped later', async () => {
      await keep(at(0, 'a'), at(50, 'b'));
      await store.prune(START + HOUR);
      expect(await store.regroup(9, () => operation('a'))).toBe(1);
      const [group] = (await store.violationGroups({ status: 'open' }, { limit: 9 }, START + 51 * HOUR)).groups;
      expect(group).toMatchObject({ firstSeen: START, lastSeen: START + 50 * HOUR, state: 'ongoing' });
    });
  });
}
