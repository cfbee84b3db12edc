import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Store } from '../store.js';
import { rule } from '../testing/rule.js';
import { violation } from '../testing/violation.js';

const HOUR = 3_600_000;
const START = 472_222 * HOUR;

/** The queries behind compliance reports; part of the contract of a store. */
export function describeCompliance(open: () => Store): void {
  let store: Store;
  beforeEach(() => {
    store = open();
  });

  describe('closed traces', () => {
    const told = (hour: number, epoch: number, first: number, counts: readonly number[], partition = 0) =>
      store.keepClosedTraces([{ hour, partition, epoch, first, counts }]);
    const totals = async (from: number, to: number) => Object.fromEntries((await store.closedTraces(from, to)).epochs);

    it('are counted by rule set, for any reporters, repetitions and order', async () => {
      expect(await store.closedTraces(0, Number.MAX_SAFE_INTEGER)).toEqual({ epochs: new Map(), since: undefined });
      await told(10, 1, 2, [5, 7]);
      await told(10, 1, 2, [5, 7]);
      expect(await totals(10 * HOUR, 11 * HOUR)).toEqual({ 1: 12 });
      // A successor reports later traces first, then more of them; then the predecessor's record comes again.
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

    it('are those with a version that names a control, with these versions', async () => {
      await store.putRule(rule('plain'), 1);
      await store.putRule(rule('soc', { controls: soc }), 1);
      await store.putRule(rule('gone', { controls: soc }), 1);
      await store.putRule(rule('gone', { controls: gdpr }), 2);
      await store.deleteRule('gone', 3);
      await store.putRule(rule('stripped', { controls: [...soc, ...gdpr] }), 1);
      await store.putRule(rule('stripped', { controls: [...gdpr, ...soc], description: 'x' }), 2);
      await store.putRule(rule('stripped'), 3);
      await store.putRule(rule('stripped', { controls: soc }), 4);
      await store.putRule(rule('stripped'), 5);
      await store.putRule(rule('back', { controls: soc }), 1);
      await store.deleteRule('back', 2);
      await store.putRule(rule('back', { controls: gdpr }), 3);
      const found = async (framework?: string) =>
        (await store.controlledRules(framework)).map(({ rule: { id, version }, deleted, named }) => [
          deleted ? `${id} ${version} deleted` : `${id} ${version}`,
          Object.fromEntries(named.map(({ framework: of, control, versions }) => [`${of} ${control}`, versions])),
        ]);
      expect(await found()).toEqual([
        ['back 3', { 'SOC 2 CC6.1': [[1, 1]], 'GDPR 32': [[3, 3]] }],
        ['soc 1', { 'SOC 2 CC6.1': [[1, 1]] }],
        [
          'stripped 5',
          {
            'SOC 2 CC6.1': [
              [1, 2],
              [4, 4],
            ],
            'GDPR 32': [[1, 2]],
          },
        ],
        ['gone 2 deleted', { 'SOC 2 CC6.1': [[1, 1]], 'GDPR 32': [[2, 2]] }],
      ]);
      expect(await found('GDPR')).toEqual([
        ['back 3', { 'GDPR 32': [[3, 3]] }],
        ['stripped 5', { 'GDPR 32': [[1, 2]] }],
        ['gone 2 deleted', { 'GDPR 32': [[2, 2]] }],
      ]);
      expect(await found('gdpr')).toEqual([]);
    });

    it('may have many versions', async () => {
      const versions = Array.from({ length: 200 }, (_, n) => rule('r', { description: `${n}`, controls: n === 100 ? [] : soc }));
      for (const one of versions) await store.importRules({ rules: [{ rule: one }], replace: false, now: 1 });
      const [{ named } = { named: [] }] = await store.controlledRules('SOC 2');
      expect(named.map((one) => one.versions)).toEqual([
        [
          [1, 100],
          [102, 200],
        ],
      ]);
    });
  });

  describe('judged traces', () => {
    const keep = async (...kept: readonly ReturnType<typeof violation>[]) =>
      store.keep({ reader: 'r', partition: 0, position: 1, violations: kept });
    const of = (id: string, wireTraceId: string, more: Parameters<typeof violation>[1] = {}) =>
      violation(id, { wireTraceId, timestampMs: START, ...more });

    const C = { framework: 'F', control: 'c' };

    it('count for versions that name the control, or the version in force if it is unknown', async () => {
      await store.putRule(rule('slow', { controls: [C] }), START);
      await store.putRule(rule('slow', { controls: [{ framework: 'F', control: 'd' }] }), START + 100);
      await store.putRule(rule('slow'), START + 200);
      await store.putRule(rule('slow', { controls: [C, { framework: 'G', control: 'c' }] }), START + 300);
      await store.deleteRule('slow', START + 400);
      await keep(
        // A violation of the first version that became certain after the second was saved.
        of('1', 'a', { ruleVersion: 1, timestampMs: START + 350 }),
        of('2', 'b', { ruleVersion: 2, timestampMs: START + 10 }),
        of('3', 'c', { ruleVersion: 3 }),
        of('4', 'd', { ruleVersion: 4 }),
        of('5', 'e', { ruleVersion: 2, status: 'undecided' }),
        of('6', 'f', { ruleVersion: 9 }),
        of('7', 'g', { timestampMs: START + 99 }),
        of('8', 'h', { timestampMs: START + 100 }),
        of('9', 'i', { timestampMs: START + 250 }),
        of('10', 'j', { timestampMs: START + 300, status: 'undecided' }),
        of('11', 'k', { timestampMs: START + 400 }),
      );
      const judged = (framework: string, control: string) => store.judgedTraces({ framework, control }, ['slow'], START, START + HOUR);
      expect(await judged('F', 'c')).toEqual({ violated: 3, undecided: 1 });
      expect(await judged('F', 'd')).toEqual({ violated: 2, undecided: 1 });
      expect(await judged('G', 'c')).toEqual({ violated: 1, undecided: 1 });
      expect(await judged('G', 'd')).toEqual({ violated: 0, undecided: 0 });
      const rules = async (framework: string | undefined, from: number, to: number) => [...(await store.judgedRules(framework, from, to))];
      expect(await rules('F', START, START + 1)).toEqual(['slow']);
      expect(await rules(undefined, START, START + 1)).toEqual(['slow']);
      expect(await rules('F', START - 9, START)).toEqual([]);
      expect(await rules('H', START, START + 1)).toEqual([]);
    });

    it('are counted once, for any number of spans and rules', async () => {
      for (const id of ['slow', 'other', 'third']) await store.putRule(rule(id, { controls: [C] }), 1);
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
      const judged = (...ids: string[]) => store.judgedTraces(C, ids, START, START + HOUR);
      expect(await judged('slow')).toEqual({ violated: 1, undecided: 41 });
      expect(await judged('slow', 'other')).toEqual({ violated: 2, undecided: 41 });
      expect(await judged('other')).toEqual({ violated: 2, undecided: 0 });
      expect(await judged('third', 'nobody')).toEqual({ violated: 1, undecided: 0 });
      expect(await judged()).toEqual({ violated: 0, undecided: 0 });
    });
  });
}
