import { describe, expect, it } from '@jest/globals';
import { EvidenceRate } from './evidence-rate.js';

const rules = (count: number) => Array.from({ length: count }, (_, n) => ({ id: `r${n}` }));

describe('the evidence of a partition', () => {
  it('is limited in each ten seconds of log time, with a share for each rule', () => {
    const rate = new EvidenceRate(1);
    const [often, seldom] = rules(2) as [{ id: string }, { id: string }];
    const given = (time: number) => Array.from({ length: 100 }, () => rate.admitted([often], 2, time)).flat().length;
    expect(given(1_000)).toBe(5);
    expect(rate.admitted([often, seldom], 2, 9_999)).toEqual([seldom]);
    expect(given(10_000)).toBe(5);
  });

  it('comes from other rules in the next window when there are more rules than evidence', () => {
    const rate = new EvidenceRate(1);
    const seen = new Set<string>();
    for (let window = 0; window < 40; window++) {
      const admitted = [rules(40), rules(40)].flatMap((all) => rate.admitted(all, 40, window * 10_000));
      expect(admitted.length).toBe(10);
      for (const { id } of admitted) seen.add(id);
    }
    expect(seen.size).toBe(40);
  });

  it('is none at a rate of 0, even with a clock that is far behind', () => {
    expect(new EvidenceRate(0).admitted(rules(3), 3, 1_000)).toEqual([]);
    expect(new EvidenceRate(1).admitted(rules(3), 3, -1e15)).toHaveLength(3);
  });
});
