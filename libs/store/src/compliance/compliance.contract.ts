import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Store } from '../store.js';
import { rule } from '../testing/rule.js';
import { violation } from '../testing/violation.js';

const HOUR = 3_600_000;
const START = 472_222 * HOUR;

/** What reports about controls rest on; part of the contract of a store. */
export function describeCompliance(open: () => Store): void {
  let store: Store;
  beforeEach(() => {
    store = open();
  });

  describe('closed traces', () => {
    const told = (hour: number, epoch: number, first: number, counts: readonly number[], partition = 0) =>
      store.keepClosedTraces([{ hour, partition, epoch, first, counts }]);
    const totals = async (from: number, to: number) => Object.fromEntries((await store.closedTraces(from, to)).epochs);

    it('are counted by rule set, whoever tells them, how often and in which order', async () => {
      expect(await store.closedTraces(0, Number.MAX_SAFE_INTEGER)).toEqual({ epochs: new Map(), since: undefined });
      await told(10, 1, 2, [5, 7]);
      await told(10, 1, 2, [5, 7]);
      expect(await totals(10 * HOUR, 11 * HOUR)).toEqual({ 1: 12 });
      // A successor that knows only later traces, and then more; and the predecessor's record once more.
      await told(10, 1, 3, [9, 1]);
      await told(10, 1, 2, [5, 7]);
      expect(await totals(10 * HOUR, 11 * HOUR)).toEqual({ 1: 15 });
      await told(10, 1, 0, [1], 1);
      await told(10, 2, 4, [2]);
      await told(11, 2, 0, [100]);
      expect(await totals(10 * HOUR, 11 * HOUR)).toEqual({ 1: 16, 2: 2 });
      expect(await totals(10 * HOUR + 1, 11 * HOUR + 1)).toEqual({ 1: 16, 2: 102 });
      expect((await store.closedTraces(11 * HOUR, 12 * HOUR)).since).toBe(10 * HOUR);
    });

    it('are deleted with the violations of their time', async () => {
      await told(10, 1, 0, [5]);
      await told(11, 1, 0, [6]);
      await store.prune(11 * HOUR + 1);
      expect(await store.closedTraces(0, 100 * HOUR)).toEqual({ epochs: new Map([[1, 6]]), since: 11 * HOUR });
      await store.prune(100 * HOUR);
      await expect(store.check()).resolves.toBeUndefined();
    });
  });

  describe('rules with controls', () => {
    const soc = [{ framework: 'SOC 2', control: 'CC6.1' }];
    const gdpr = [{ framework: 'GDPR', control: '32' }];

    it('are those that name some, and those that did when they were deleted', async () => {
      await store.putRule(rule('plain'), 1);
      await store.putRule(rule('soc', { controls: soc }), 1);
      await store.putRule(rule('gone', { controls: soc }), 1);
      await store.putRule(rule('gone', { controls: gdpr }), 2);
      await store.deleteRule('gone', 3);
      await store.putRule(rule('stripped', { controls: soc }), 1);
      await store.putRule(rule('stripped'), 2);
      await store.deleteRule('stripped', 3);
      await store.putRule(rule('back', { controls: soc }), 1);
      await store.deleteRule('back', 2);
      await store.putRule(rule('back', { controls: gdpr }), 3);
      const found = await store.controlledRules();
      expect(found.map(({ rule: { id }, controls, deleted }) => [id, controls, deleted])).toEqual([
        ['back', gdpr, false],
        ['soc', soc, false],
        ['gone', gdpr, true],
      ]);
    });
  });

  describe('judged traces', () => {
    const keep = async (...kept: readonly ReturnType<typeof violation>[]) =>
      store.keep({ reader: 'r', partition: 0, position: 1, violations: kept });
    const of = (id: string, wireTraceId: string, more: Parameters<typeof violation>[1] = {}) =>
      violation(id, { wireTraceId, timestampMs: START, ...more });

    it('are counted once, however many spans and rules find something in them', async () => {
      await keep(
        of('1', 'a'),
        of('2', 'a', { ruleId: 'other' }),
        of('3', 'b', { ruleId: 'other' }),
        of('4', 'c', { ruleId: 'third' }),
        of('5', 'd', { status: 'retracted' }),
        of('6', 'e', { timestampMs: START - 1 }),
        of('7', 'f', { timestampMs: START + HOUR }),
        of('8', 'g', { status: 'undecided' }),
        of('9', 'a', { status: 'undecided', ruleId: 'other' }),
        of('10', 'h', {
          status: 'undecided',
          record: JSON.stringify({ undecided: { code: 'too_many', reason: 'x' }, metadata: { undecided: 40, final: true } }),
        }),
      );
      const judged = (...ids: string[]) => store.judgedTraces(ids, START, START + HOUR);
      expect(await judged('slow')).toEqual({ violated: 1, undecided: 41 });
      expect(await judged('slow', 'other')).toEqual({ violated: 2, undecided: 41 });
      expect(await judged('other')).toEqual({ violated: 2, undecided: 0 });
      expect(await judged('third', 'nobody')).toEqual({ violated: 1, undecided: 0 });
      expect(await judged()).toEqual({ violated: 0, undecided: 0 });
    });
  });
}
