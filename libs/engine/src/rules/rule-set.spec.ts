import { describe, expect, it } from '@jest/globals';
import type { RuleDefinition } from '#records';
import { RuleSet } from './rule-set.js';

const rule = (more: Record<string, unknown>): RuleDefinition =>
  ({ id: 'r', name: 'R', version: 1, expression: 'span.is_root', severity: 'LOW', ...more }) as RuleDefinition;

describe('a rule saved by a newer version', () => {
  it.each([
    ['a member', { sampled: 0.1 }, /"sampled", which this version of BeTrace does not know/],
    ['the name of a method', { toString: 'x' }, /"toString", which/],
    ['a value', { onError: 'retry' }, /"onError": "retry", which this version/],
    ['a mode', { mode: 'sampled' }, /"mode": "sampled", which/],
    ['a large value', { mode: 'x'.repeat(1_000_000) }, /^.{1,300}$/],
  ])('is not judged if this version does not know %s, and is reported as in force and not judged', (_what, more, reason) => {
    const set = RuleSet.compile(1, [rule(more), { ...rule({}), id: 'known' }]);
    expect(set.definitions.map(({ id }) => id)).toEqual(['known']);
    expect(set.problems).toEqual([{ ruleId: 'r', reason: expect.stringMatching(reason), diagnostics: [] }]);
    expect(set.has('r')).toBe(true);
  });

  it('is judged if this version knows all its members', () => {
    const all = { message: 'm', onError: 'undecided', mode: 'shadow' };
    expect(RuleSet.compile(1, [rule(all), { ...rule({ message: undefined }), id: 's' }]).problems).toEqual([]);
  });
});
