import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { REAL_RULES } from '../../../../test/fixtures/dsl/hostile-texts.js';
import { GUARDED_RULES, judgeGuards } from '../../../../test/fixtures/dsl/mistakes/guard-fixes.js';
import { arbitraryRightRule, MistakeJudge } from '../../../../test/fixtures/dsl/mistakes/judge-mistakes.js';
import { MISTAKE_KINDS } from '../../../../test/fixtures/dsl/mistakes/wrong-rules.js';

/** `npm run test:differential` covers more. */
describe('a rule with a mistake in it', () => {
  const judge = new MistakeJudge();

  it('of the examples and documents gets a warning when it matches none or all of many traces', () => {
    for (const rule of REAL_RULES) judge.try(rule);
    expect(judge.silent).toEqual([]);
    expect(judge.fitting).toBeGreaterThan(30);
  }, 600_000);

  it('of the generated rules gets one too', () => {
    for (const rule of fc.sample(arbitraryRightRule, { numRuns: 400, seed: 7 })) judge.try(rule, 20);
    expect(judge.silent).toEqual([]);
  }, 600_000);

  it('has no fix that results in a refused rule, or in another warning', () => {
    expect(judge.misleading).toEqual([]);
    expect(judge.fixes).toBeGreaterThan(1_000);
  });

  it('occurs in every way, more than 2,000 times', () => {
    expect([...judge.kinds].sort()).toEqual([...MISTAKE_KINDS].sort());
    expect(judge.wrong).toBeGreaterThan(2_000);
    // Few rules are equivalent after the mistake, so that most mistakes can be noticed.
    expect(judge.noticed / judge.wrong).toBeGreaterThan(0.85);
  });
});

describe('a guard that a fix inserts', () => {
  it('keeps each span with the values, and drops each without', () => {
    const { guards, wrong } = judgeGuards(GUARDED_RULES);
    expect(wrong).toEqual([]);
    expect(guards).toBeGreaterThan(15);
  });
});
