import { describe, expect, it } from '@jest/globals';
import { ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { RuleSet } from './rule-set.js';

/** The conditions whose spans the violations of the rules may name. */
function namedBy(...texts: readonly string[]): readonly string[] {
  const { compiled, plan } = RuleSet.compile(
    1,
    texts.map((text, n) => ruleOf(`rule-${n}`, text)),
  );
  expect(compiled.rules.every(({ needs }) => needs === 'online')).toBe(true);
  return compiled.atoms.filter((_atom, index) => plan.namedAtoms[index]).map(({ condition }) => compiled.conditions[condition]!.text);
}

const READ = 'span.name == "read"';
const AUDIT = 'span.name == "audit"';

describe('the spans that a violation may name', () => {
  it.each<[string, readonly string[]]>([
    [`trace.has(${READ}) and not trace.has(${AUDIT})`, [READ]],
    [`not (trace.has(${AUDIT}) or not trace.has(${READ}))`, [READ]],
    [`not trace.has(${AUDIT})`, []],
    [`trace.all(${READ})`, []],
    [`not trace.all(${READ})`, [READ]],
    [`trace.has(${READ}) or not trace.has(${AUDIT})`, [READ, AUDIT]],
    [`trace.has(${READ}) ~= trace.has(${AUDIT})`, [READ, AUDIT]],
    // For a count, all spans that it allows.
    [`trace.has(${READ}) and trace.count(${AUDIT}) < 1`, [READ, AUDIT]],
    [`span.kind == "server" and not trace.has(${AUDIT})`, []],
    [`(span.kind == "server" or trace.has(${READ})) and not trace.has(${AUDIT})`, [READ]],
    [`trace.duration > 1s and not trace.has(${AUDIT})`, []],
    [`trace.id == "a" and not trace.has(${AUDIT})`, [AUDIT]],
  ])('%s: %j', (text, named) => {
    expect(namedBy(text).toSorted()).toEqual([...named].toSorted());
  });

  it('are those of any rule of the set', () => {
    expect(namedBy(`not trace.has(${AUDIT})`, `trace.has(${AUDIT}) and trace.has(${READ})`)).toEqual([AUDIT, READ]);
  });
});
