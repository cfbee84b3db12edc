import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PublishedRule } from '#records';
import { RuleHistory } from './rule-history.js';

const rule = (id: string, version = 1): PublishedRule => ({ id, name: id, version, expression: 'true', severity: 'LOW' });
const ids = (history: RuleHistory, epoch: number) => history.rules(epoch)?.map(({ id, version }) => `${id}@${version}`);

describe('RuleHistory', () => {
  it('starts with no rules at epoch 0', () => expect(new RuleHistory().rules(0)).toEqual([]));

  it('applies changes to the previous epoch, and remembers older ones', () => {
    const history = new RuleHistory();
    history.add({ epoch: 1, changes: [{ put: rule('b') }] });
    history.add({ epoch: 2, changes: [{ put: rule('a') }, { put: rule('b', 2) }] });
    history.add({ epoch: 3, changes: [{ remove: 'a' }] });
    expect(ids(history, 1)).toEqual(['b@1']);
    expect(ids(history, 2)).toEqual(['a@1', 'b@2']);
    expect(ids(history, 3)).toEqual(['b@2']);
    expect(history.latestEpoch).toBe(3);
  });

  it('starts from a snapshot when the epochs before are gone', () => {
    const history = new RuleHistory();
    history.add({ epoch: 7, snapshot: [rule('a')] });
    history.add({ epoch: 8, changes: [{ put: rule('b') }] });
    expect(ids(history, 8)).toEqual(['a@1', 'b@1']);
    expect(history.rules(6)).toBeUndefined();
  });

  it('is undefined for an epoch that has not arrived, or whose base has not', () => {
    const history = new RuleHistory();
    history.add({ epoch: 2, changes: [{ put: rule('a') }] });
    expect(history.rules(2)).toBeUndefined();
    history.add({ epoch: 1, changes: [] });
    expect(history.latestEpoch).toBe(2);
    expect(ids(history, 2)).toEqual(['a@1']);
  });

  it('names the epochs based on one that was lost and replaced', () => {
    const history = new RuleHistory();
    history.add({ epoch: 1, changes: [{ put: rule('a') }] });
    history.add({ epoch: 2, snapshot: [rule('b')], replaced: true });
    history.add({ epoch: 3, changes: [], replaced: true });
    history.add({ epoch: 4, changes: [{ put: rule('c') }] });
    history.add({ epoch: 5, snapshot: [rule('c')] });
    history.add({ epoch: 7, changes: [] });
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((epoch) => history.isReplaced(epoch))).toEqual([
      false,
      false,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('applies a record once that was published twice', () => {
    const history = new RuleHistory();
    history.add({ epoch: 1, changes: [{ put: rule('a') }] });
    history.add({ epoch: 2, changes: [{ remove: 'a' }] });
    history.add({ epoch: 1, changes: [{ put: rule('a') }] });
    expect(ids(history, 2)).toEqual([]);
  });

  it('returns any epoch, in any order, as the changes up to it define it', () => {
    const change = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), put: fc.boolean(), whole: fc.nat(9) });
    const order = fc.array(fc.nat(40), { maxLength: 60 });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), order, (drafts, asked) => {
        const history = new RuleHistory();
        const expected: string[][] = [[]];
        const rules = new Map<string, PublishedRule>();
        for (const [i, { id, put, whole }] of drafts.entries()) {
          const epoch = i + 1;
          if (put) rules.set(id, rule(id, epoch));
          else rules.delete(id);
          expected.push([...rules.values()].map(({ id: at, version }) => `${at}@${version}`).sort());
          const changes = [put ? { put: rule(id, epoch) } : { remove: id }];
          history.add({ epoch, ...(whole === 0 ? { snapshot: [...rules.values()] } : {}), changes });
          const early = asked[i];
          if (early !== undefined && early <= epoch) expect(ids(history, early)).toEqual(expected[early]);
        }
        for (const epoch of asked) expect(ids(history, epoch)).toEqual(expected[epoch]);
      }),
    );
  });
});
