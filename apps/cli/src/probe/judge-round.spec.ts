import { describe, expect, it } from '@jest/globals';
import { type Canary, canaries, PROBE_RULES } from './canaries.js';
import { type FoundViolation, judgeRound, noteArrivals } from './judge-round.js';

const LATE = 100;
const [rule] = PROBE_RULES.map(({ id }) => id);
/** A trace that violates both rules, and one that violates none. */
const [bad, good] = canaries(2, 1_700_000_000_000) as readonly [Canary, Canary];
const OTHER = 'ffffffffffffffff';

/** The violations of `bad`, as they should be. */
const right = (): readonly FoundViolation[] =>
  bad.breaks.map((rule_id) => ({ id: `id of ${rule_id}`, rule_id, trace_id: bad.traceId, span_id: bad.witness }));
const judged = (found: readonly FoundViolation[], elapsed: number) => {
  const cameAfter = new Map<string, number>();
  noteArrivals(found, cameAfter, elapsed);
  return judgeRound([bad, good], found, cameAfter, LATE);
};
/** The kinds of the faults of the first rule's verdict on `bad`, which has these properties; that of the other rule is right. */
const kindsOf = ({ double, elsewhere, late }: { readonly double: boolean; readonly elsewhere: boolean; readonly late: boolean }) => {
  const [first, second] = right() as readonly [FoundViolation, FoundViolation];
  const one = elsewhere ? { ...first, span_id: OTHER } : first;
  const found = [...(double ? [{ ...one, id: 'another' }] : []), one, second];
  const cameAfter = new Map<string, number>();
  noteArrivals([second], cameAfter, 1);
  noteArrivals(found, cameAfter, late ? LATE + 1 : LATE);
  const { faults, right: rightOnes, due } = judgeRound([bad, good], found, cameAfter, LATE);
  expect([due, rightOnes]).toEqual([2, faults.length === 0 ? 2 : 1]);
  for (const fault of faults) expect(fault).toMatchObject({ rule, trace: bad.traceId });
  return faults.map(({ kind }) => kind);
};

describe('a round of the probe', () => {
  it.each(
    [false, true].flatMap((double) => [false, true].flatMap((elsewhere) => [false, true].map((late) => ({ double, elsewhere, late })))),
  )('names each fault of a verdict, and no other: %j', (holds) => {
    const wanted = [...(holds.elsewhere ? ['wrong'] : []), ...(holds.double ? ['double'] : []), ...(holds.late ? ['late'] : [])];
    expect(kindsOf(holds)).toEqual(wanted);
  });

  it('reports a verdict that no list has as missed, and nothing else about it', () => {
    expect(judged([], 1).faults.map(({ kind }) => kind)).toEqual(['missed', 'missed']);
  });

  it('names the span of a doubled verdict that is wrong in one of both', () => {
    const [first, second] = right() as readonly [FoundViolation, FoundViolation];
    const { faults } = judged([first, { ...first, id: 'another', span_id: OTHER }, second], 1);
    expect(faults).toEqual([
      { kind: 'wrong', rule, trace: bad.traceId, span: OTHER, witness: bad.witness },
      { kind: 'double', rule, trace: bad.traceId },
    ]);
  });

  it('names an unexpected verdict that is doubled by both faults', () => {
    const unexpected = right().map((violation) => ({ ...violation, trace_id: good.traceId }));
    const first = unexpected[0] as FoundViolation;
    const { faults, right: rightOnes } = judged([...right(), first, { ...first, id: 'another' }], LATE + 1_000);
    const ofGood = faults.filter(({ trace }) => trace === good.traceId);
    expect(ofGood.map(({ kind }) => kind)).toEqual(['wrong', 'double']);
    expect(rightOnes).toBe(0);
  });

  it('counts a violation on two pages once', () => {
    expect(judged([...right(), ...right()], 1)).toMatchObject({ right: 2, faults: [] });
  });
});
