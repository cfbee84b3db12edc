import { describe, expect, it } from '@jest/globals';
import { type Draft, NEW_DRAFT } from '../draft';
import { contested, firstDecisions, merged } from './merge';

const BASE: Draft = { ...NEW_DRAFT, name: 'Slow', expression: 'span.duration > 1s', tags: 'a, b' };

describe('two changes of a rule', () => {
  it('of different members merge without a decision, and neither is lost', () => {
    const theirs: Draft = { ...BASE, severity: 'HIGH', tests: [{ name: 'n', trace: 'a 2s', expect: 'match' }] };
    const mine: Draft = { ...BASE, expression: 'span.duration > 2s', mode: 'shadow' };
    const members = contested(BASE, theirs, mine);
    expect(members).toEqual([
      { member: 'expression', changedBy: 'mine' },
      { member: 'severity', changedBy: 'theirs' },
      { member: 'mode', changedBy: 'mine' },
      { member: 'tests', changedBy: 'theirs' },
    ]);
    expect(merged(members, firstDecisions(members), theirs, mine)).toEqual({
      ...BASE,
      severity: 'HIGH',
      tests: theirs.tests,
      expression: mine.expression,
      mode: 'shadow',
    });
  });

  it('of the same member wait for a decision', () => {
    const theirs: Draft = { ...BASE, expression: 'span.duration > 3s' };
    const mine: Draft = { ...BASE, expression: 'span.duration > 2s', severity: 'LOW' };
    const members = contested(BASE, theirs, mine);
    const first = firstDecisions(members);
    expect(merged(members, first, theirs, mine)).toBeUndefined();
    const take = merged(members, { ...first, sides: { ...first.sides, expression: 'theirs' } }, theirs, mine);
    expect(take).toEqual({ ...theirs, severity: 'LOW' });
    const write = merged(members, { ...first, written: { expression: 'span.duration > 4s' } }, theirs, mine);
    expect(write).toEqual({ ...BASE, expression: 'span.duration > 4s', severity: 'LOW' });
  });

  it('that are equal, or differ only in spaces of the form, are not a conflict', () => {
    const theirs: Draft = { ...BASE, severity: 'HIGH', tags: 'a,b' };
    expect(contested(BASE, theirs, { ...BASE, severity: 'HIGH', tags: 'a, b ,' })).toEqual([]);
  });

  it('of controls whose texts are the same are two, and neither is lost', () => {
    const controls = (framework: string, control: string): Draft => ({ ...BASE, controls: [{ framework, control }] });
    const members = contested(controls('SOC 2', 'CC6.1'), controls('SOC 2', 'CC6.1'), controls('SOC', '2 CC6.1'));
    expect(members).toEqual([{ member: 'controls', changedBy: 'mine' }]);
  });

  it('all need a decision if the base is unknown', () => {
    const members = contested(undefined, { ...BASE, severity: 'HIGH' }, { ...BASE, mode: 'off' });
    expect(members.map(({ changedBy }) => changedBy)).toEqual(['both', 'both']);
  });
});
