import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { supersedes } from '../revision.js';
import type { Store } from '../store.js';
import { operation } from '../testing/operation.js';
import { violation } from '../testing/violation.js';
import type { StoredViolation } from '../violations/stored-violation.js';
import { QUIET, type ViolationGroup } from './violation-group.js';

const START = 1_790_000_000_000;
const HOUR = 3_600_000;

/** Groups of violations; part of the contract of a store. */
export function describeGroups(open: () => Store): void {
  describe('groups of violations', () => {
    let store: Store;
    beforeEach(() => {
      store = open();
    });

    const keep = (...violations: StoredViolation[]) => store.keep({ reader: 'api', partition: 0, position: 1, violations });
    const at = (hours: number, id: string, changed: Partial<StoredViolation> = {}) =>
      violation(id, { timestampMs: START + hours * HOUR, ...changed });
    const all = (now = START) => store.violationGroups({}, { limit: 100 }, now);
    const only = async (now = START): Promise<ViolationGroup> => {
      const { groups } = await all(now);
      expect(groups).toHaveLength(1);
      return groups[0]!;
    };

    it('equal a plain count, for any revisions, batches and pruning', async () => {
      const one = fc.record({
        id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
        revision: fc.integer({ min: 1, max: 4 }),
        firstOffset: fc.constantFrom(7, 7, 7, 9),
        status: fc.constantFrom('open' as const, 'open' as const, 'retracted' as const, 'undecided' as const),
        service: fc.constantFrom('shop', 'shop', 'ü\u0000', ''),
        ruleId: fc.constantFrom('slow', 'slow', 'other'),
        severity: fc.constantFrom('HIGH', 'LOW'),
        hours: fc.integer({ min: 0, max: 6 }),
        fingerprint: fc.constantFrom(undefined, operation('a'), operation('b\u0000')),
      });
      const batch = fc.oneof(
        { weight: 5, arbitrary: fc.array(one, { minLength: 1, maxLength: 6 }) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) },
      );
      await fc.assert(
        fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 6 }), async (batches) => {
          await store.prune(Number.MAX_SAFE_INTEGER);
          expect((await all()).groups).toEqual([]);
          const standing = new Map<string, StoredViolation & { readonly key: string }>();
          // First times of pruned violations that stood, by group.
          const pruned = new Map<string, number>();
          let earliest = 0;
          for (const step of batches) {
            if (typeof step === 'number') {
              earliest = Math.max(earliest, step);
              const before = START + step * HOUR;
              await store.prune(before);
              for (const [id, known] of standing) {
                if (known.timestampMs >= before) continue;
                standing.delete(id);
                const { key } = known;
                if (known.status !== 'retracted') pruned.set(key, Math.min(known.timestampMs, pruned.get(key) ?? Number.MAX_VALUE));
              }
              const kept = new Set([...standing.values()].map(({ key }) => key));
              // A group without violations is deleted if it was not seen since.
              const left = new Set((await all()).groups.map(groupOf));
              expect([...kept].filter((key) => !left.has(key))).toEqual([]);
              for (const key of pruned.keys()) if (!left.has(key)) pruned.delete(key);
              continue;
            }
            const violations = step.map(({ hours, fingerprint, ...rest }) =>
              violation(rest.id, {
                ...rest,
                ...(fingerprint === undefined ? {} : { fingerprint }),
                timestampMs: START + Math.max(hours, earliest) * HOUR,
              }),
            );
            await keep(...violations);
            for (const next of violations) {
              const known = standing.get(next.id);
              if (known !== undefined && !supersedes(next, known)) continue;
              // A retraction stays in its group, if that has a fingerprint.
              const own = groupOf({ ...next, fingerprint: next.fingerprint?.fingerprint ?? '' });
              const without = groupOf({ ...next, fingerprint: '' });
              const stays = known !== undefined && next.status === 'retracted';
              const key = !stays ? own : known.key.endsWith('""]') ? without : known.key;
              standing.set(next.id, { ...next, key });
            }
          }
          const { groups } = await all();
          for (const group of groups) {
            const key = groupOf(group);
            const of = [...standing.values()].filter((known) => known.key === key);
            const count = (status: string) => of.filter((known) => known.status === status).length;
            expect(group.counts).toEqual({ open: count('open'), undecided: count('undecided'), retracted: count('retracted') });
            const times = of.filter(({ status }) => status !== 'retracted').map(({ timestampMs }) => timestampMs);
            if (times.length === 0) continue;
            expect([group.firstSeen, group.lastSeen]).toEqual([
              Math.min(...times, pruned.get(key) ?? Number.MAX_VALUE),
              Math.max(...times),
            ]);
          }
          const keys = groups.map(groupOf);
          expect([...standing.values()].map(({ key }) => key).filter((key) => !keys.includes(key))).toEqual([]);
        }),
        { numRuns: 60 },
      );
    }, 120_000);

    it('have the rule name of their newest violation', async () => {
      await keep(at(2, 'a', { ruleName: 'New', severity: 'LOW' }), at(1, 'b', { ruleName: 'Old' }));
      await keep(at(0, 'c', { ruleName: 'Oldest' }));
      expect(await only()).toMatchObject({ ruleName: 'New', severity: 'LOW', firstSeen: START, lastSeen: START + 2 * HOUR });
    });

    it('have the rule name of their newest open violation, for any order in one batch', async () => {
      await keep(at(0, 'a', { ruleName: 'First' }), at(1, 'b', { ruleName: 'Second', status: 'retracted' }));
      expect((await only()).ruleName).toBe('First');
      await keep(at(2, 'a', { ruleName: 'Third', revision: 2, status: 'retracted' }), at(1, 'c', { ruleName: 'Fourth' }));
      expect((await only()).ruleName).toBe('Fourth');
    });

    it('are new for a day, then ongoing, and regressed for a day after they return from a day of quiet', async () => {
      const stateAt = async (hours: number) => (await only(START + hours * HOUR)).state;
      const inState = async (state: 'new' | 'ongoing' | 'regressed', hours: number) =>
        (await store.violationGroups({ state }, { limit: 10 }, START + hours * HOUR)).total;
      await keep(at(0, 'a'));
      expect([await stateAt(23), await stateAt(25)]).toEqual(['new', 'ongoing']);
      await keep(at(23, 'b'), at(46, 'c'));
      expect(await stateAt(46)).toBe('ongoing');
      await keep(at(70, 'd'));
      expect([await stateAt(71), await stateAt(93), await stateAt(95)]).toEqual(['regressed', 'regressed', 'ongoing']);
      for (const hours of [1, 30, 71, 95]) {
        const state = await stateAt(hours);
        const counts = [await inState('new', hours), await inState('ongoing', hours), await inState('regressed', hours)];
        expect([hours, counts]).toEqual([hours, ['new', 'ongoing', 'regressed'].map((name) => Number(name === state))]);
      }
      // The violations that reopened it are retracted.
      await keep(at(71, 'd', { revision: 2, status: 'retracted' }));
      expect([await stateAt(72), (await only()).lastSeen]).toEqual(['ongoing', START + 46 * HOUR]);
      expect([await inState('regressed', 72), await inState('ongoing', 72)]).toEqual([0, 1]);
    });

    it('regress also when one batch holds everything', async () => {
      await keep(at(0, 'a'), at(100, 'b'), at(101, 'c'));
      expect((await only(START + 102 * HOUR)).state).toBe('regressed');
      expect(QUIET).toBeLessThanOrEqual(100 * HOUR);
    });

    it('are filtered, counted in a period, and paged once each while violations come', async () => {
      const services = Array.from({ length: 25 }, (_, i) => `service-${i}`);
      await keep(...services.flatMap((service, i) => [at(i % 5, `a${i}`, { service }), at(i % 5, `b${i}`, { service })]));
      await keep(
        at(4, 'x', { ruleId: 'Ünï', ruleName: 'Ünïque 100%', severity: 'CRITICAL', status: 'undecided' }),
        at(5, 'y', { service: 'gone', status: 'retracted' }),
      );
      const find = async (filter: Parameters<Store['violationGroups']>[0]) => {
        const { groups, total, next } = await store.violationGroups(filter, { limit: 50 }, START);
        expect([next, total]).toEqual([undefined, groups.length]);
        return groups;
      };
      expect((await find({ ruleId: 'slow', status: 'open' })).length).toBe(25);
      expect((await find({ status: 'open', severity: ['CRITICAL'] })).length).toBe(0);
      expect((await find({ severity: ['CRITICAL', 'LOW'] })).map(({ ruleId, count }) => [ruleId, count])).toEqual([['Ünï', 1]]);
      expect((await find({ text: 'ÜNÏQUE 100%' })).length).toBe(1);
      expect((await find({ text: '_' })).length).toBe(0);
      expect((await find({ service: 'service-3' })).map(({ count }) => count)).toEqual([2]);
      expect((await find({ status: 'retracted' })).map(({ service, counts }) => [service, counts.retracted])).toEqual([['gone', 1]]);
      expect((await find({ status: 'retracted', startTime: START + 5 * HOUR })).length).toBe(1);
      expect((await find({ status: 'open', startTime: START + 4 * HOUR })).map(({ count }) => count)).toEqual([2, 2, 2, 2, 2]);
      expect((await find({ status: 'open', endTime: START + 1 })).length).toBe(5);
      expect((await find({ startTime: START + 6 * HOUR })).length).toBe(0);

      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await store.violationGroups({ status: 'open' }, after === undefined ? { limit: 4 } : { limit: 4, after }, START);
        expect(page.total).toBe(25 + Number(seen.length > 0));
        seen.push(...page.groups.map(({ service }) => service));
        after = page.next;
        await keep(at(9, `new ${seen.length}`, { service: 'new' }));
      } while (after !== undefined);
      expect(seen.toSorted()).toEqual(services.toSorted());
      for (const bad of ['nonsense', '', Buffer.from('["x",1]').toString('base64url')]) {
        await expect(store.violationGroups({}, { limit: 1, after: bad }, START)).rejects.toMatchObject({ code: 'BT_STORE_BAD_CURSOR' });
      }
    });

    it('are acknowledged or muted until they return or are pruned', async () => {
      await keep(at(0, 'a'), at(1, 'b', { service: 'cart' }));
      const { groups } = await all();
      const { id } = groups.find(({ service }) => service === 'shop')!;
      const by = 'ünï\u0000';
      const found = async (filter: Parameters<Store['violationGroups']>[0], hours = 2) =>
        (await store.violationGroups(filter, { limit: 9 }, START + hours * HOUR)).groups.map(({ service }) => service);
      expect(await store.addMark(id, { kind: 'acknowledged', at: START + 2 * HOUR, by, note: '😀\n' })).toMatchObject({ number: 1, by });
      expect(await store.addMark(id, { kind: 'note', at: START, by: 'b', note: 'n' })).toMatchObject({ number: 2 });
      expect(await store.addMark('grp-none', { kind: 'note', at: START, by: 'b' })).toBeUndefined();
      expect((await store.violationGroup(id, START))?.acknowledged).toEqual({ at: START + 2 * HOUR, by });
      expect([await found({ acknowledged: true }), await found({ state: 'new' }), await found({ state: 'ongoing' })]).toEqual([
        ['shop'],
        ['cart'],
        ['shop'],
      ]);
      await keep(at(30, 'c'));
      expect([await found({ acknowledged: true }, 30), await found({ state: 'regressed' }, 30)]).toEqual([[], ['shop']]);
      await keep(at(31, 'c', { revision: 2, status: 'retracted' }));
      expect([await found({ acknowledged: true }, 31), await found({ state: 'regressed' }, 31)]).toEqual([['shop'], []]);

      const mute = { id: 'm', ruleId: 'slow', service: 'cart', until: START + 5 * HOUR, at: START, by };
      expect([await store.addMute(mute, 1), await store.addMute({ ...mute, id: 'n' }, 1)]).toEqual([true, false]);
      expect([await found({ muted: true }), await found({ muted: false }), await found({ muted: true }, 5)]).toEqual([
        ['cart'],
        ['shop'],
        [],
      ]);
      expect(await store.addMute({ id: 'n', ruleId: 'slow', at: START + 6 * HOUR, by }, 1)).toBe(true);
      expect((await found({ muted: true }, 7)).length).toBe(2);
      expect(await store.endMute('n', START + 8 * HOUR, 'c')).toMatchObject({ endedAt: START + 8 * HOUR, endedBy: 'c' });
      expect(await store.endMute('n', START + 9 * HOUR, 'd')).toMatchObject({ endedAt: START + 8 * HOUR, endedBy: 'c' });
      expect(await store.endMute('none', START, 'c')).toBeUndefined();
      const first = await store.mutes({ ruleId: 'slow' }, { limit: 1 });
      const second = await store.mutes({ ruleId: 'slow' }, { limit: 1, after: first.next! });
      expect([first.total, first.mutes[0]?.id, second.mutes, second.next]).toEqual([2, 'n', [mute], undefined]);
      expect((await store.mutes({ activeAt: START + 4 * HOUR }, { limit: 9 })).total).toBe(1);

      await store.prune(START + 7 * HOUR);
      expect((await store.mutes({}, { limit: 9 })).mutes.map((one) => one.id)).toEqual(['n']);
      expect(await store.marks(id, { limit: 9 })).toHaveLength(2);
      await store.prune(Number.MAX_SAFE_INTEGER);
      expect([await store.marks(id, { limit: 9 }), (await store.mutes({}, { limit: 9 })).total]).toEqual([[], 0]);
    });

    it('are muted until an hour has more violations than allowed', async () => {
      const mute = { ruleId: 'slow', at: START, by: 'a', worseAbove: 3 };
      expect(await store.addMute({ ...mute, id: 'all' }, 9)).toBe(true);
      expect(await store.addMute({ ...mute, id: 'cart', service: 'cart' }, 9)).toBe(true);
      expect(await store.addMute({ ...mute, id: 'short', until: START + HOUR }, 9)).toBe(true);
      expect(await store.addMute({ ...mute, id: 'other', ruleId: 'other' }, 9)).toBe(true);
      expect(await store.addMute({ id: 'plain', ruleId: 'slow', at: START, by: 'a' }, 9)).toBe(true);
      const ended = async () =>
        Object.fromEntries(
          (await store.mutes({}, { limit: 9 })).mutes.flatMap(({ id, endedAt, endedBy }) =>
            endedAt === undefined ? [] : [[id, [(endedAt - START) / HOUR, endedBy]]],
          ),
        );
      // Three in an hour, three in the next, a retracted one, and one older than the mute.
      await keep(
        at(1, 'a'),
        at(1.25, 'b'),
        at(1.75, 'c'),
        at(2.25, 'd'),
        at(2.5, 'e'),
        at(2.7, 'f', { status: 'retracted' }),
        at(-0.1, 'g'),
      );
      await keep(at(2.7, 'f', { status: 'retracted' }), at(2.71, 'h', { status: 'undecided' }));
      expect(await ended()).toEqual({});
      expect((await all(START + 3 * HOUR)).groups.map(({ muted }) => muted)).toEqual([true]);
      // A fourth in the middle of the past: a late violation counts at its own time.
      await keep(at(1.7, 'i'));
      expect(await ended()).toEqual({});
      await keep(at(5, 'j'), at(1.8, 'k'));
      expect(await ended()).toEqual({ all: [1.8, undefined] });
      await store.endMute('plain', START + 6 * HOUR, 'c');
      expect((await all(START + 7 * HOUR)).groups.map(({ muted }) => muted)).toEqual([false]);
      await keep(...[6, 6.1, 6.2, 6.3].map((hours, n) => at(hours, `cart-${n}`, { service: 'cart' })));
      expect(await ended()).toEqual({ all: [1.8, undefined], plain: [6, 'c'], cart: [6.3, undefined] });
      // Writing violations again, even in another order, changes nothing.
      await keep(at(6.3, 'cart-3', { service: 'cart' }), at(1, 'a'));
      expect(await ended()).toEqual({ all: [1.8, undefined], plain: [6, 'c'], cart: [6.3, undefined] });
      expect((await store.mutes({ ruleId: 'slow' }, { limit: 9 })).mutes.find(({ id }) => id === 'all')).toMatchObject({ worseAbove: 3 });
    });

    it('report for each rule the violations since a time, and the last match', async () => {
      await keep(
        at(0, 'a'),
        at(5, 'b', { service: 'cart' }),
        at(6, 'c', { status: 'undecided' }),
        at(7, 'd', { ruleId: 'odd', status: 'undecided' }),
      );
      await keep(at(5, 'e'), at(6, 'e', { revision: 2, status: 'retracted' }));
      expect(Object.fromEntries(await store.ruleViolations(START + HOUR))).toEqual({
        slow: { counts: { open: 1, undecided: 1, retracted: 1 }, lastAt: START + 6 * HOUR },
        odd: { counts: { open: 0, undecided: 1, retracted: 0 } },
      });
      await store.prune(START + 6.5 * HOUR);
      expect((await store.ruleViolations(START)).get('slow')).toBeUndefined();
    });

    it('are found by their ids', async () => {
      await keep(at(0, 'a'));
      const { id, ...rest } = await only();
      expect(await store.violationGroup(id, START)).toEqual({ id, ...rest });
      expect(await store.violationGroup('grp-none', START)).toBeUndefined();
    });
  });
}

const groupOf = ({ ruleId, service, fingerprint }: Pick<ViolationGroup, 'ruleId' | 'service' | 'fingerprint'>): string =>
  JSON.stringify([ruleId, service, fingerprint]);
